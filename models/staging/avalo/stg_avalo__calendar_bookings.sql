{{ stage_collection('lnd_avalo__calendar_bookings', 'stg_avalo__calendar_bookings') }}
