{{ stage_collection('base_avalo__user_feedback', 'stg_avalo__user_feedback') }}
