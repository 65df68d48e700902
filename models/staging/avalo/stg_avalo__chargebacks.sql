{{ stage_collection('base_avalo__chargebacks', 'stg_avalo__chargebacks') }}
