{{ stage_collection('lnd_halobuzz__infra_errors', 'stg_halobuzz__infra_errors') }}
