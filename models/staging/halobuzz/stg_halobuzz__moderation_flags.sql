{{ stage_collection('lnd_halobuzz__moderation_flags', 'stg_halobuzz__moderation_flags') }}
