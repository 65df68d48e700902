{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__chargebacks', 'changelog') }}
