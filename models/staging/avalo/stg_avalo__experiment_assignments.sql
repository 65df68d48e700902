{{ stage_collection('base_avalo__experiment_assignments', 'stg_avalo__experiment_assignments') }}
