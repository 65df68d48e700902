{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__chats', 'changelog') }}
