{{ config(materialized='table') }}

{{ revised_documents('lnd_halobuzz__infra_errors', 'mongo') }}
