{{ land_collection('stg_halobuzz__moderation_flags') }}
