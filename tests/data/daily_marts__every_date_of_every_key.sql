{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'A chart with a missing date lies: daily marts are dense to D and end there.'}
) }}
-- With the grain unique (tested per mart), as many rows as dates between the right first and last date
-- means that every date is there once. One row per mart and key that has a gap, starts late or ends late.
{%- set keys = {
    'platform_kpi_daily': "'all'",
    'platform_kpi_daily_by_region': 'country_code',
    'revenue_daily': 'stream',
    'refunds_daily': 'category',
} %}
with platforms as (

    select * from {{ ref('int_platforms') }}

),

dates_expected as (

    select
        dates.platform,
        count(*) as date_count,
        min(dates.kpi_date) as first_date,
        max(dates.kpi_date) as last_date
    from {{ ref('int_dates') }} as dates
    inner join platforms on dates.platform = platforms.platform
    where {{ is_kept_date('dates.kpi_date') }}
    group by dates.platform

),

dates_found as (

    {%- for mart, key in keys.items() %}
    select
        '{{ mart }}' as mart,
        platform,
        {{ key }} as key_value,
        count(*) as date_count,
        min(kpi_date) as first_date,
        max(kpi_date) as last_date
    from {{ ref(mart) }}
    group by platform, {{ key }}

    union all
    {% endfor %}
    select
        'metric_daily' as mart,
        platform,
        metric || ' ' || region as key_value,
        count(*) as date_count,
        min(kpi_date) as first_date,
        max(kpi_date) as last_date
    from {{ ref('metric_daily') }}
    group by platform, metric, region

),

keys_expected as (

    select 'platform_kpi_daily' as mart, platform, 'all' as key_value from dates_expected
    union all
    select 'platform_kpi_daily_by_region' as mart, platform, 'ZZ' as key_value from dates_expected
    union all
    select distinct 'platform_kpi_daily_by_region' as mart, platform, country_code as key_value
    from {{ ref('dim_users') }}
    where country_code <> 'ZZ'
    union all
    select 'revenue_daily' as mart, platform, stream as key_value from {{ ref('revenue_splits') }}
    union all
    select distinct 'refunds_daily' as mart, platform, category as key_value
    from {{ ref('int_money') }}
    where kind = 'refund'

),

missing as (

    select
        keys_expected.mart,
        keys_expected.platform,
        keys_expected.key_value,
        0 as date_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date
    from keys_expected
    inner join dates_expected on keys_expected.platform = dates_expected.platform
    left join dates_found
        on
            keys_expected.mart = dates_found.mart
            and keys_expected.platform = dates_found.platform
            and keys_expected.key_value = dates_found.key_value
    where dates_found.mart is null

),

found as (

    select * from dates_found
    union all
    select * from missing

)

select
    found.mart,
    found.platform,
    found.key_value,
    found.date_count,
    dates_expected.date_count as date_count_expected,
    found.first_date,
    dates_expected.first_date as first_date_expected,
    found.last_date,
    dates_expected.last_date as last_date_expected
from found
left join dates_expected on found.platform = dates_expected.platform
where
    dates_expected.platform is null
    or found.date_count <> dates_expected.date_count
    or found.first_date is null
    or found.first_date <> dates_expected.first_date
    or found.last_date <> dates_expected.last_date
