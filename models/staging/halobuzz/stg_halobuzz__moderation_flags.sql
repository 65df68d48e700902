{{ stage_collection('base_halobuzz__moderation_flags', 'stg_halobuzz__moderation_flags') }}
