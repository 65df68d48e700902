{{ stage_collection('base_avalo__profile_events', 'stg_avalo__profile_events') }}
