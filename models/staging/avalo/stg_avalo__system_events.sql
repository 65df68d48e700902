{{ stage_collection('lnd_avalo__system_events', 'stg_avalo__system_events') }}
