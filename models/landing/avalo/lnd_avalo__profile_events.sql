{{ land_collection('stg_avalo__profile_events') }}
