{{ stage_collection('base_avalo__ai_video_call_sessions', 'stg_avalo__ai_video_call_sessions') }}
