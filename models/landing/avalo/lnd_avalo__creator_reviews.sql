{{ land_collection('stg_avalo__creator_reviews') }}
