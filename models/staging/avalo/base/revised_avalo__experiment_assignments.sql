{{ config(materialized='table') }}

{{ revised_documents('lnd_avalo__experiment_assignments', 'changelog') }}
