with users as (

    select * from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

bans as (

    select user_id from {{ ref('int_avalo__bans') }}

),

creators as (

    select users.user_id
    from users
    left join bans on users.user_id = bans.user_id
    where users.is_creator and bans.user_id is null

),

interactions as (

    select * from {{ ref('int_avalo__interactions') }} where kind <> 'ai_interaction'

),

wallet as (

    select * from {{ ref('stg_avalo__wallet_transactions') }} where type = 'spend' and status = 'completed'

),

profile_events as (

    select * from {{ ref('stg_avalo__profile_events') }}

),

events as (

    select
        user_id as viewer_id,
        creator_id,
        occurred_at,
        case when kind in ('call_voice', 'call_video', 'call_other') then 'call' else kind end as kind,
        cast(0 as decimal(18, 4)) as tokens,
        cast(0 as decimal(26, 14)) as dwell_seconds
    from interactions

    union all

    select
        user_id,
        receiver_id,
        created_at,
        'spend',
        {{ to_tokens('abs(amount_tokens)') }},
        cast(0 as decimal(26, 14))
    from wallet

    union all

    select
        viewer_id,
        creator_id,
        created_at,
        case when type in ('view', 'like', 'follow') then type else 'profile_other' end,
        cast(0 as decimal(18, 4)),
        coalesce(dwell_seconds, 0)
    from profile_events

)

select
    events.viewer_id,
    events.creator_id,
    events.kind,
    events.occurred_at,
    {{ business_date('events.occurred_at', 'avalo') }} as business_date,
    events.tokens,
    events.dwell_seconds
from events
inner join users as viewers on events.viewer_id = viewers.user_id
inner join creators on events.creator_id = creators.user_id
where events.viewer_id <> events.creator_id
