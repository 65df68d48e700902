{{ stage_collection('lnd_avalo__safety_alerts', 'stg_avalo__safety_alerts') }}
