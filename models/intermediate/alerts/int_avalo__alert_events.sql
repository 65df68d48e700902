with system_events as (

    select * from {{ ref('stg_avalo__system_events') }}

),

ai_interactions as (

    select * from {{ ref('stg_avalo__ai_interactions') }} where is_flagged

)

select
    document_id as event_id,
    'payment_failures' as metric,
    cast(null as {{ dbt.type_string() }}) as user_id,
    country_code,
    created_at as occurred_at
from system_events
where type = 'payment_failure'

union all

select
    document_id,
    'critical_system_errors',
    cast(null as {{ dbt.type_string() }}),
    country_code,
    created_at
from system_events
where type = 'system_error' and severity = 'critical'

union all

select
    document_id,
    'flagged_ai_interactions',
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at
from ai_interactions
