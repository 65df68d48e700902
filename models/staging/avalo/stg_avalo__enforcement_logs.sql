{{ stage_collection('base_avalo__enforcement_logs', 'stg_avalo__enforcement_logs') }}
