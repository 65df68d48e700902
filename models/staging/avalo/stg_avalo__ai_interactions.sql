{{ stage_collection('base_avalo__ai_interactions', 'stg_avalo__ai_interactions') }}
