{{ stage_collection('base_avalo__moderation_queue', 'stg_avalo__moderation_queue') }}
