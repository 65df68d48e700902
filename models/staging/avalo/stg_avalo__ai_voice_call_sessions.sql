{{ stage_collection('lnd_avalo__ai_voice_call_sessions', 'stg_avalo__ai_voice_call_sessions') }}
