{{ stage_collection('lnd_avalo__profile_events', 'stg_avalo__profile_events') }}
