{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'Revenue is split in two parts, of which none may get lost.'}
) }}
-- platform and creators share the revenue of every stream but games, where players take part.
select
    platform,
    kpi_date,
    stream,
    revenue,
    platform_earnings,
    creator_earnings
from {{ ref('revenue_daily') }}
where
    (stream <> 'games' and revenue <> platform_earnings + creator_earnings)
    or (stream = 'games' and creator_earnings <> 0)
