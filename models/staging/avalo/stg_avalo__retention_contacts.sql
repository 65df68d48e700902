{{ stage_collection('base_avalo__retention_contacts', 'stg_avalo__retention_contacts') }}
