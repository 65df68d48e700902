{{ stage_collection('lnd_avalo__moderation_queue', 'stg_avalo__moderation_queue') }}
