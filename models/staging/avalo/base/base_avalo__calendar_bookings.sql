{{ current_documents('lnd_avalo__calendar_bookings', 'changelog') }}
