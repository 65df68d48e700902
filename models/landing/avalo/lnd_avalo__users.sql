{{ land_collection('stg_avalo__users') }}
