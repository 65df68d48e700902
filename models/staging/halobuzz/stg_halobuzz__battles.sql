{{ stage_collection('base_halobuzz__battles', 'stg_halobuzz__battles') }}
