{{ land_collection('stg_halobuzz__infra_errors') }}
