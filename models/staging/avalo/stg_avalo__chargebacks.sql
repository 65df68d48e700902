{{ stage_collection('lnd_avalo__chargebacks', 'stg_avalo__chargebacks') }}
