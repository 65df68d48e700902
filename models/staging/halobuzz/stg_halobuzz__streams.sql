{{ stage_collection('base_halobuzz__streams', 'stg_halobuzz__streams') }}
