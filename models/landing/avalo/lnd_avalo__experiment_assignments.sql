{{ land_collection('stg_avalo__experiment_assignments') }}
