{{ stage_collection('base_avalo__safety_alerts', 'stg_avalo__safety_alerts') }}
