{{ config(materialized='table') }}

{{ revised_documents('lnd_halobuzz__battles', 'mongo') }}
