{{ config(materialized='table') }}

{{ revised_documents('lnd_ops__actions', 'ndjson') }}
