{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'The history keeps every alert that was ever built, as it stands now.'
}) }}

with alerts as (

    select * from {{ ref('alerts') }}

),

kept as (

    select * from {{ ref('alert_history') }} where dbt_valid_to is null

)

select
    alerts.alert_id,
    kept.alert_id as kept_id,
    alerts.status,
    kept.status as kept_status,
    kept.is_withdrawn
from alerts
full outer join kept on alerts.alert_id = kept.alert_id
where
    kept.alert_id is null
    or kept.is_withdrawn <> case when alerts.alert_id is null then 'True' else 'False' end
    or alerts.status <> kept.status
