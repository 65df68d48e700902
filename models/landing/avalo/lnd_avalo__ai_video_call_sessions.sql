{{ land_collection('stg_avalo__ai_video_call_sessions') }}
