{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__users', 'changelog') }}
