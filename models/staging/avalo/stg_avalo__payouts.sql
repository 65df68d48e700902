{{ stage_collection('lnd_avalo__payouts', 'stg_avalo__payouts') }}
