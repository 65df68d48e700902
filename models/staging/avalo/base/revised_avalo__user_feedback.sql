{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__user_feedback', 'changelog') }}
