with platform_days as (

    select * from {{ ref('int_platform_days') }} where platform = 'halobuzz'

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'halobuzz'

),

users as (

    select user_id from {{ ref('dim_users') }} where platform = 'halobuzz'

),

money as (

    select * from {{ ref('int_money') }} where platform = 'halobuzz'

),

-- clocks change on quarters of an hour: what began in the same one began on the same date, and is converted once
session_quarters as (

    select
        {{ quarter_of('started_at') }} as quarter_at,
        sum({{ micros_between('started_at', 'ended_at') }}) as session_micros,
        count({{ micros_between('started_at', 'ended_at') }}) as ended_sessions
    from {{ ref('stg_halobuzz__sessions') }}
    group by 1

),

sessions as (

    select
        {{ business_date('quarter_at', 'halobuzz') }} as kpi_date,
        sum(session_micros) as session_micros,
        sum(ended_sessions) as ended_sessions
    from session_quarters
    group by 1

),

hosts as (

    select
        host_days.host_id,
        host_days.kpi_date,
        host_days.streams,
        host_days.stream_micros,
        host_days.viewers,
        users.user_id is not null as is_known
    from {{ ref('int_host_days') }} as host_days
    left join users on host_days.host_id = users.user_id
    where host_days.streams > 0

),

streams as (

    select
        kpi_date,
        sum(streams) as total_streams,
        sum(stream_micros) as stream_micros,
        sum(viewers) as viewers,
        sum(case when is_known then 1 else 0 end) as active_hosts
    from hosts
    group by kpi_date

),

first_streams as (

    select
        host_id,
        min(kpi_date) as kpi_date
    from hosts
    where is_known
    group by host_id

),

new_hosts as (

    select
        kpi_date,
        count(*) as new_hosts
    from first_streams
    group by kpi_date

),

retention as (

    select * from {{ ref('int_host_retention_days') }}

),

battles as (

    select
        {{ business_date('started_at', 'halobuzz') }} as kpi_date,
        count(*) as battles,
        sum(coalesce(participant_count, 0)) as battle_participants
    from {{ ref('stg_halobuzz__battles') }}
    group by 1

),

messages as (

    select
        business_date as kpi_date,
        count(*) as messages_sent
    from {{ ref('int_interactions') }}
    where platform = 'halobuzz' and kind = 'message'
    group by business_date

),

amounts as (

    select
        business_date as kpi_date,
        sum(case when source = 'gift' then 1 else 0 end) as gifts_sent,
        sum(case when source = 'gift' then stream_revenue else 0 end) as gift_revenue,
        sum(case when source = 'coin_topup' then cash else 0 end) as coin_topup_revenue,
        sum(case when source = 'coin_topup' then tokens else 0 end) as coin_topup_coins,
        sum(fee_money) as platform_fees
    from money
    group by business_date

),

first_subscriptions as (

    select
        money.user_id,
        min(money.business_date) as kpi_date
    from money
    inner join users on money.user_id = users.user_id
    where money.source = 'og_subscription'
    group by money.user_id

),

new_subscribers as (

    select
        kpi_date,
        count(*) as og_subscribers_new
    from first_subscriptions
    group by kpi_date

)

select
    platform_days.kpi_date,
    platform_days.is_complete,
    cast(platform_days.active_users as bigint) as dau,
    cast(platform_days.active_users_30d as bigint) as mau,
    {{ micros_to_minutes('sessions.session_micros') }} / nullif(sessions.ended_sessions, 0) as avg_session_minutes,
    cast(coalesce(streams.total_streams, 0) as bigint) as total_streams,
    {{ micros_to_minutes('coalesce(streams.stream_micros, 0)') }} as stream_minutes,
    {{ rate_of('streams.viewers', 'streams.total_streams') }} as avg_viewers_per_stream,
    cast(coalesce(battles.battles, 0) as bigint) as battles,
    cast(coalesce(battles.battle_participants, 0) as bigint) as battle_participants,
    cast(coalesce(amounts.gifts_sent, 0) as bigint) as gifts_sent,
    cast(coalesce(messages.messages_sent, 0) as bigint) as messages_sent,
    {{ as_money('coalesce(amounts.gift_revenue, 0)') }} as gift_revenue,
    {{ as_money('coalesce(amounts.coin_topup_revenue, 0)') }} as coin_topup_revenue,
    {{ as_money('coalesce(amounts.coin_topup_coins, 0)') }} as coin_topup_coins,
    {{ as_money('coalesce(amounts.platform_fees, 0)') }} as platform_fees,
    {{ money_per('amounts.gift_revenue', 'amounts.gifts_sent') }} as avg_gift_value,
    cast(platform_days.arpu as decimal(18, 4)) as arpu,
    cast(platform_days.arppu as decimal(18, 4)) as arppu,
    platform_days.payer_rate,
    cast(coalesce(new_subscribers.og_subscribers_new, 0) as bigint) as og_subscribers_new,
    {{ rate_of('coalesce(new_subscribers.og_subscribers_new, 0)', 'platform_days.new_users') }} as og_conversion_rate,
    cast(coalesce(streams.active_hosts, 0) as bigint) as active_hosts,
    cast(coalesce(new_hosts.new_hosts, 0) as bigint) as new_hosts,
    {{ rate_of('retention.hosts_retained', 'retention.hosts_before') }} as host_retention_rate
from platform_days
cross join platforms
{%- for source in [
    'sessions', 'streams', 'battles', 'messages', 'amounts', 'new_subscribers', 'new_hosts', 'retention'
] %}
left join {{ source }} on platform_days.kpi_date = {{ source }}.kpi_date
{%- endfor %}
where {{ is_kept_date('platform_days.kpi_date') }}
