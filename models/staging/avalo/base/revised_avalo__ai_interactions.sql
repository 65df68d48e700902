{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__ai_interactions', 'changelog') }}
