{{ stage_collection('lnd_avalo__user_feedback', 'stg_avalo__user_feedback') }}
