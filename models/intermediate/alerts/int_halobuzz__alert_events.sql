with flags as (

    select * from {{ ref('stg_halobuzz__moderation_flags') }}

),

infra_errors as (

    select * from {{ ref('stg_halobuzz__infra_errors') }}

)

select
    document_id as event_id,
    'moderation_flags' as metric,
    target_user_id as user_id,
    cast(null as {{ dbt.type_string() }}) as country_code,
    created_at as occurred_at
from flags

union all

select
    document_id,
    'infra_errors',
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    created_at
from infra_errors
