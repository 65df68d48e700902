{{ land_collection('stg_avalo__ai_interactions') }}
