{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__app_sessions', 'changelog') }}
