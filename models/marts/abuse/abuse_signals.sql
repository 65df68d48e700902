with signals as (

    select * from {{ ref('int_abuse_signals') }}

),

resolutions as (

    select * from {{ ref('stg_ops__actions') }}
    where object_type = 'abuse_signal' and action = 'resolve'

),

-- a resolution names the signal by its id, or its platform, type, subject and an instant of the episode
resolved as (

    select
        signals.signal_id,
        resolutions.acted_at
    from signals
    inner join resolutions on signals.signal_id = resolutions.object_id
    where resolutions.acted_at >= signals.last_seen_at

    union all

    select
        signals.signal_id,
        resolutions.acted_at
    from signals
    inner join resolutions
        on
            signals.platform = resolutions.platform
            and signals.signal_type = resolutions.signal_type
            and signals.subject = resolutions.subject
    where
        resolutions.acted_at >= signals.last_seen_at
        and resolutions.detected_at >= signals.detected_at
        and resolutions.detected_at <= signals.last_seen_at

),

first_resolutions as (

    select
        signal_id,
        min(acted_at) as resolved_at
    from resolved
    group by signal_id

)

select
    signals.signal_id,
    signals.platform,
    signals.signal_type,
    signals.user_id,
    signals.creator_id,
    signals.region,
    signals.detected_at,
    signals.last_seen_at,
    cast(signals.peak_count as bigint) as peak_count,
    signals.peak_value,
    signals.severity,
    signals.auto_action,
    first_resolutions.resolved_at is not null as is_resolved,
    first_resolutions.resolved_at
from signals
left join first_resolutions on signals.signal_id = first_resolutions.signal_id
