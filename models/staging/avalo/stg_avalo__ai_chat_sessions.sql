{{ stage_collection('lnd_avalo__ai_chat_sessions', 'stg_avalo__ai_chat_sessions') }}
