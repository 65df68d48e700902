{{ land_collection('stg_ops__actions') }}
