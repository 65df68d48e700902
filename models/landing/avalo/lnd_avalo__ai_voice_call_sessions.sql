{{ land_collection('stg_avalo__ai_voice_call_sessions') }}
