{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__retention_contacts', 'changelog') }}
