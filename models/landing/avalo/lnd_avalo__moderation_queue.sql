{{ land_collection('stg_avalo__moderation_queue') }}
