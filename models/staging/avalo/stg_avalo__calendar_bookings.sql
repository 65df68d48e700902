{{ stage_collection('base_avalo__calendar_bookings', 'stg_avalo__calendar_bookings') }}
