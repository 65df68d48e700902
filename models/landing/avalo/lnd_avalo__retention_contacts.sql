{{ land_collection('stg_avalo__retention_contacts') }}
