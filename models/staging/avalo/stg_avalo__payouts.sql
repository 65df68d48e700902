{{ stage_collection('base_avalo__payouts', 'stg_avalo__payouts') }}
