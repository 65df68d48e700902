{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__event_tickets', 'changelog') }}
