with events as (

    {{ union_platforms_local('alert_events') }}

),

users as (

    select platform, user_id, region from {{ ref('dim_users') }}

),

regions as (

    select * from {{ ref('regions') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['keep_days', 'hour_keep_days']) }}

),

-- the place of an event: its own country, else that of its user
placed as (

    select
        events.platform,
        events.metric,
        coalesce(regions.region, users.region, 'UNKNOWN') as region,
        cast(events.local_at as date) as kpi_date,
        date_trunc('hour', events.occurred_at) as hour_started_at
    from events
    inner join platforms on events.platform = platforms.platform
    cross join params
    left join regions on events.country_code = regions.country_code
    left join users on events.platform = users.platform and events.user_id = users.user_id
    where
        cast(events.local_at as date)
        > {{ add_days('platforms.current_date_local', '-greatest(params.keep_days, params.hour_keep_days)') }}

),

counted as (

    select
        platform,
        metric,
        region,
        hour_started_at,
        min(kpi_date) as kpi_date,
        count(*) as event_count
    from placed
    group by platform, metric, region, hour_started_at

)

select platform, metric, region, hour_started_at, kpi_date, cast(event_count as bigint) as event_count
from counted

union all

select platform, metric, 'ALL' as region, hour_started_at, min(kpi_date), cast(sum(event_count) as bigint)
from counted
group by platform, metric, hour_started_at
