{{ stage_collection('lnd_avalo__enforcement_logs', 'stg_avalo__enforcement_logs') }}
