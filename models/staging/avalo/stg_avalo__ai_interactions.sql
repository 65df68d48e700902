{{ stage_collection('lnd_avalo__ai_interactions', 'stg_avalo__ai_interactions') }}
