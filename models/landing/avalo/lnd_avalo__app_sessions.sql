{{ land_collection('stg_avalo__app_sessions') }}
