{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__system_events', 'changelog') }}
