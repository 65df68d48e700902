{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__enforcement_logs', 'changelog') }}
