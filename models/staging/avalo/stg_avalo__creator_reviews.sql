{{ stage_collection('base_avalo__creator_reviews', 'stg_avalo__creator_reviews') }}
