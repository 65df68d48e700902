with viewers as (

    select distinct viewer_id from {{ ref('audience_segments') }}

),

bans as (

    select user_id from {{ ref('int_avalo__bans') }}

),

risk as (

    select user_id, risk_level from {{ ref('user_risk_scores') }} where platform = 'avalo'

),

params as (

    {{ pivot_params('audience_params', ['risk_signal_window_days']) }}

),

open_signals as (

    select distinct coalesce(signals.user_id, signals.creator_id) as user_id
    from {{ ref('abuse_signals') }} as signals
    cross join params
    where
        signals.platform = 'avalo'
        and not signals.is_resolved
        and {{ is_trailing('signals.detected_at', 'params.risk_signal_window_days', as_of()) }}

)

select
    viewers.viewer_id,
    case
        when bans.user_id is not null or risk.risk_level = 'critical' then 'blocked'
        when open_signals.user_id is not null or risk.risk_level = 'high' then 'watch'
        else 'normal'
    end as risk
from viewers
left join bans on viewers.viewer_id = bans.user_id
left join risk on viewers.viewer_id = risk.user_id
left join open_signals on viewers.viewer_id = open_signals.user_id
