{{ land_collection('stg_avalo__event_tickets') }}
