{{ stage_collection('base_halobuzz__users', 'stg_halobuzz__users') }}
