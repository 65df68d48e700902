{{ land_collection('stg_halobuzz__appeals') }}
