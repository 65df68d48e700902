{{ stage_collection('base_avalo__system_events', 'stg_avalo__system_events') }}
