select
    document_id as event_id,
    case when source = 'ai' then 'report_ai' else 'report_human' end as kind,
    reporter_id as user_id,
    created_at as occurred_at,
    true as is_report,
    false as is_moderation_action
from {{ ref('stg_avalo__moderation_queue') }}

union all

select
    document_id,
    action,
    user_id,
    created_at,
    false,
    true
from {{ ref('stg_avalo__enforcement_logs') }}

union all

select
    document_id,
    type,
    user_id,
    created_at,
    false,
    false
from {{ ref('stg_avalo__safety_alerts') }}
