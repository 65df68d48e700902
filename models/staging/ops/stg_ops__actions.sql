{{ stage_collection('base_ops__actions', 'stg_ops__actions') }}
