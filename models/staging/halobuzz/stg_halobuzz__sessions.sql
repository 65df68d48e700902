{{ stage_collection('base_halobuzz__sessions', 'stg_halobuzz__sessions') }}
