{{ stage_collection('lnd_avalo__experiment_assignments', 'stg_avalo__experiment_assignments') }}
