{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__moderation_queue', 'changelog') }}
