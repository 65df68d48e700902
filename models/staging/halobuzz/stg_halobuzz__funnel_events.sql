{{ stage_collection('base_halobuzz__funnel_events', 'stg_halobuzz__funnel_events') }}
