{{ stage_collection('lnd_halobuzz__funnel_events', 'stg_halobuzz__funnel_events') }}
