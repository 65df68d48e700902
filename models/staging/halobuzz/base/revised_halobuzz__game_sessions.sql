{{ config(materialized='table') }}

{{ revised_documents('lnd_halobuzz__game_sessions', 'mongo') }}
