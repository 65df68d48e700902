{{ stage_collection('base_halobuzz__messages', 'stg_halobuzz__messages') }}
