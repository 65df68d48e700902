{{ land_collection('stg_avalo__enforcement_logs') }}
