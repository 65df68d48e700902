{{ config(
    severity='error',
    meta={'owner': 'trust-and-safety', 'reason': 'Every signal is counted once per date.'}
) }}
-- Every signal of the kept dates is counted once in abuse_signals_daily.
with counted as (

    select
        platform,
        sum(signals) as signals
    from {{ ref('abuse_signals_daily') }}
    group by platform

),

expected as (

    select
        signals.platform,
        count(*) as signals
    from {{ ref('abuse_signals') }} as signals
    inner join {{ ref('int_platforms') }} as platforms on signals.platform = platforms.platform
    where {{ is_kept_date(
        'cast(' ~ to_local('signals.detected_at', 'platforms.time_zone') ~ ' as date)'
    ) }}
    group by signals.platform

)

select
    expected.platform,
    expected.signals,
    counted.signals as counted_signals
from expected
left join counted on expected.platform = counted.platform
where coalesce(counted.signals, 0) <> expected.signals
