{{ land_collection('stg_avalo__safety_alerts') }}
