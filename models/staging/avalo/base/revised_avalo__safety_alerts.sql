{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__safety_alerts', 'changelog') }}
