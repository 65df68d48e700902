{{ land_collection('stg_halobuzz__funnel_events') }}
