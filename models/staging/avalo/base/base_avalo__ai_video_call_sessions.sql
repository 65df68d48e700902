{{ current_documents('lnd_avalo__ai_video_call_sessions', 'changelog') }}
