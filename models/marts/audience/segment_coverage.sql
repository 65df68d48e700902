with users as (

    select user_id from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

user_days as (

    select user_id, last_active_at from {{ ref('int_active_days') }} where platform = 'avalo'

),

viewers as (

    select distinct viewer_id from {{ ref('audience_segments') }}

),

params as (

    {{ pivot_params('audience_params', ['coverage_window_days']) }}

),

active as (

    select distinct users.user_id
    from users
    inner join user_days on users.user_id = user_days.user_id
    cross join params
    where {{ is_trailing('user_days.last_active_at', 'params.coverage_window_days', as_of()) }}

),

counted as (

    select
        count(*) as active_viewers,
        count(viewers.viewer_id) as viewers_with_segment
    from active
    left join viewers on active.user_id = viewers.viewer_id

)

select
    cast(active_viewers as bigint) as active_viewers,
    cast(viewers_with_segment as bigint) as viewers_with_segment,
    {{ rate_of('viewers_with_segment', 'active_viewers') }} as coverage_rate
from counted
