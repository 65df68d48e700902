{{ land_collection('stg_avalo__system_events') }}
