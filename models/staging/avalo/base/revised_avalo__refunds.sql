{{ config(materialized='increment', meta={'increment_by': ['document_key']}) }}

{{ revised_documents('lnd_avalo__refunds', 'changelog') }}
