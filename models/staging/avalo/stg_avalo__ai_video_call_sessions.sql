{{ stage_collection('lnd_avalo__ai_video_call_sessions', 'stg_avalo__ai_video_call_sessions') }}
