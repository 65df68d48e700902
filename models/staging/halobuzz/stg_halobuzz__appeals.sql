{{ stage_collection('base_halobuzz__appeals', 'stg_halobuzz__appeals') }}
