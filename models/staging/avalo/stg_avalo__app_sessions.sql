{{ stage_collection('lnd_avalo__app_sessions', 'stg_avalo__app_sessions') }}
