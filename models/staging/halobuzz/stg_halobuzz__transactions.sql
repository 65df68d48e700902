{{ stage_collection('base_halobuzz__transactions', 'stg_halobuzz__transactions') }}
