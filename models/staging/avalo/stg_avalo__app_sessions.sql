{{ stage_collection('base_avalo__app_sessions', 'stg_avalo__app_sessions') }}
