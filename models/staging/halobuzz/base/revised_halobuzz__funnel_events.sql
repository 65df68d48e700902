{{ config(materialized='table') }}

{{ revised_documents('lnd_halobuzz__funnel_events', 'mongo') }}
