{{ stage_collection('lnd_avalo__creator_reviews', 'stg_avalo__creator_reviews') }}
