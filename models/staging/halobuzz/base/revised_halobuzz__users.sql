{{ config(materialized='table') }}

{{ revised_documents('lnd_halobuzz__users', 'mongo') }}
