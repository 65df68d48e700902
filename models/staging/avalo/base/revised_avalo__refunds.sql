{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__refunds', 'changelog') }}
