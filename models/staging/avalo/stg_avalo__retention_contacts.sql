{{ stage_collection('lnd_avalo__retention_contacts', 'stg_avalo__retention_contacts') }}
