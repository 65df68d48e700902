with observations as (

    select * from {{ ref('int_alert_observations') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['active_dates']) }}

),

actions as (

    select * from {{ ref('stg_ops__actions') }}
    where object_type = 'alert' and action in ('acknowledge', 'resolve')

),

-- the first of each kind counts
numbered_actions as (

    select
        object_id,
        action,
        acted_at,
        actor,
        row_number() over (partition by object_id, action order by acted_at, document_id) as position
    from actions

),

handled as (

    select
        object_id,
        max(case when action = 'acknowledge' then acted_at end) as acknowledged_at,
        max(case when action = 'acknowledge' then actor end) as acknowledged_by,
        max(case when action = 'resolve' then acted_at end) as resolved_at,
        max(case when action = 'resolve' then actor end) as resolved_by
    from numbered_actions
    where position = 1
    group by object_id

),

identified as (

    select
        observations.*,
        {{ md5_id(['rule_id', 'observations.platform', 'region', 'subject_id', 'period_text']) }} as alert_id,
        least(observations.period_ended_at, {{ as_of() }}) as detected_at,
        observations.period = 'month' or observations.kpi_date
        > {{ add_days('platforms.current_date_local', '-params.active_dates') }} as is_recent,
        case observations.period
            when 'hour' then replace(substr(observations.period_text, 1, 16), 'T', ' ') || ' UTC'
            when 'month' then substr(observations.period_text, 1, 7)
            else observations.period_text
        end as period_label
    from observations
    inner join platforms on observations.platform = platforms.platform
    cross join params

),

-- the subject last: it is the only text that the platform's apps write
worded as (

    select
        identified.*,
        {{ fill_template('message', [
            ['platform', 'platform'],
            ['region', 'region'],
            ['metric', 'metric'],
            ['period', 'period_label'],
            ['observed_value', number_text('observed_value')],
            ['threshold_value', number_text('threshold_value')],
            ['subject_id', "coalesce(subject_id, '')"]
        ]) }} as filled_message
    from identified

)

select
    worded.alert_id,
    worded.rule_id,
    worded.alert_type,
    worded.severity,
    worded.platform,
    worded.region,
    worded.subject_id,
    worded.period_started_at as period_start,
    worded.detected_at,
    worded.observed_value,
    worded.threshold_value,
    worded.filled_message as message,
    case
        when handled.resolved_at is not null then 'resolved'
        when handled.acknowledged_at is not null then 'acknowledged'
        when worded.is_recent then 'active'
        else 'expired'
    end as status,
    handled.acknowledged_at,
    handled.acknowledged_by,
    handled.resolved_at,
    handled.resolved_by,
    -- a month's alert is detected anew in every build: nothing to measure from
    case
        when worded.period <> 'month' and handled.resolved_at is not null then cast(
            {{ integer_divide(
                '(' ~ timestamp_micros('greatest(handled.resolved_at, worded.detected_at)')
                ~ ' - ' ~ timestamp_micros('worded.detected_at') ~ ')', '1000000'
            ) }} as bigint
        )
    end as resolution_seconds
from worded
left join handled on worded.alert_id = handled.object_id
