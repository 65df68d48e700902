{{ stage_collection('base_halobuzz__infra_errors', 'stg_halobuzz__infra_errors') }}
