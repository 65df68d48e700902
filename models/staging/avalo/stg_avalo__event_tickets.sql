{{ stage_collection('base_avalo__event_tickets', 'stg_avalo__event_tickets') }}
