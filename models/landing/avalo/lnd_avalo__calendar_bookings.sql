{{ land_collection('stg_avalo__calendar_bookings') }}
