with flags as (

    select * from {{ ref('stg_halobuzz__moderation_flags') }}

),

appeals as (

    select * from {{ ref('stg_halobuzz__appeals') }}

)

select
    document_id as event_id,
    case when source = 'ai' then 'report_ai' else 'report_human' end as kind,
    cast(null as {{ dbt.type_string() }}) as user_id,
    created_at as occurred_at,
    true as is_report,
    false as is_moderation_action
from flags

union all

-- the measure counts when it was taken
select
    document_id,
    coalesce(action, 'other'),
    target_user_id,
    actioned_at,
    false,
    true
from flags
where status = 'actioned' and actioned_at is not null

union all

select
    document_id,
    'appeal_processed',
    user_id,
    processed_at,
    false,
    false
from appeals
where processed_at is not null
