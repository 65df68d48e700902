{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__ai_voice_call_sessions', 'changelog') }}
