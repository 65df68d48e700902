{{ stage_collection('lnd_avalo__event_tickets', 'stg_avalo__event_tickets') }}
