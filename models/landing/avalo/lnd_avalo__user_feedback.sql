{{ land_collection('stg_avalo__user_feedback') }}
