{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__calendar_bookings', 'changelog') }}
