{{ land_collection('stg_avalo__calls') }}
