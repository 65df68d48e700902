{{ config(materialized='increment', meta={'logs_changes_of': ['viewer_id', 'creator_id']}) }}

with interactions as (

    select * from {{ ref('int_avalo__interactions') }}
    where kind <> 'ai_interaction' and {{ every_document() }}

),

wallet as (

    select * from {{ ref('stg_avalo__wallet_transactions') }}
    where type = 'spend' and status = 'completed' and {{ every_document() }}

),

profile_events as (

    select * from {{ ref('stg_avalo__profile_events') }}
    where {{ every_document() }}

),

events as (

    select
        user_id as viewer_id,
        creator_id,
        occurred_at,
        case when kind in ('call_voice', 'call_video', 'call_other') then 'call' else kind end as kind,
        cast(0 as decimal(18, 4)) as tokens,
        cast(0 as decimal(26, 14)) as dwell_seconds,
        collection,
        event_id as document_id
    from interactions

    union all

    select
        user_id,
        receiver_id,
        created_at,
        'spend',
        {{ to_tokens('abs(amount_tokens)') }},
        cast(0 as decimal(26, 14)),
        'walletTransactions',
        document_id
    from wallet

    union all

    select
        viewer_id,
        creator_id,
        created_at,
        case when type in ('view', 'like', 'follow') then type else 'profile_other' end,
        cast(0 as decimal(18, 4)),
        coalesce(dwell_seconds, 0),
        'profileEvents',
        document_id
    from profile_events

)

select
    viewer_id,
    creator_id,
    kind,
    occurred_at,
    {{ business_date('occurred_at', 'avalo') }} as business_date,
    tokens,
    dwell_seconds,
    {{ document_hash("'avalo'", 'collection', 'document_id') }} as document_hash
from events
where viewer_id <> creator_id
