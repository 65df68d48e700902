with assignments as (

    select * from {{ ref('stg_avalo__experiment_assignments') }}

),

users as (

    select user_id from {{ ref('dim_users') }} where platform = 'avalo'

),

activity as (

    select * from {{ ref('int_activity') }} where platform = 'avalo'

),

money as (

    select * from {{ ref('int_money') }} where platform = 'avalo'

),

params as (

    select cast(value as integer) * 1440 as window_minutes
    from {{ ref('kpi_params') }}
    where param = 'experiment_window_days'

),

ranked as (

    select
        assignments.experiment_id,
        assignments.user_id,
        assignments.variant,
        assignments.assigned_at,
        row_number() over (
            partition by assignments.experiment_id, assignments.user_id
            order by assignments.assigned_at, assignments.document_id
        ) as assignment_number
    from assignments
    inner join users on assignments.user_id = users.user_id

),

-- only first assignments whose window is over count
assigned as (

    select
        ranked.experiment_id,
        ranked.user_id,
        ranked.variant,
        ranked.assigned_at,
        {{ add_minutes('ranked.assigned_at', 'params.window_minutes') }} as window_ends_at
    from ranked
    cross join params
    where
        ranked.assignment_number = 1
        and {{ add_minutes('ranked.assigned_at', 'params.window_minutes') }} <= {{ as_of() }}

),

active as (

    select distinct
        assigned.experiment_id,
        assigned.user_id
    from assigned
    inner join activity
        on
            assigned.user_id = activity.user_id
            and activity.occurred_at >= assigned.assigned_at
            and activity.occurred_at <= assigned.window_ends_at

),

spent as (

    select
        assigned.experiment_id,
        assigned.user_id,
        max(case when money.is_payment then 1 else 0 end) as is_paying,
        sum(money.total_revenue) as revenue
    from assigned
    inner join money
        on
            assigned.user_id = money.user_id
            and money.occurred_at >= assigned.assigned_at
            and money.occurred_at <= assigned.window_ends_at
    group by assigned.experiment_id, assigned.user_id

),

variants as (

    select
        assigned.experiment_id,
        assigned.variant,
        count(*) as assigned_users,
        count(active.user_id) as active_users,
        sum(coalesce(spent.is_paying, 0)) as paying_users,
        sum(coalesce(spent.revenue, 0)) as revenue
    from assigned
    left join active
        on assigned.experiment_id = active.experiment_id and assigned.user_id = active.user_id
    left join spent
        on assigned.experiment_id = spent.experiment_id and assigned.user_id = spent.user_id
    group by assigned.experiment_id, assigned.variant

),

controls as (

    select * from variants where variant = 'control'

),

compared as (

    select
        variants.*,
        {{ rate_of('variants.paying_users', 'variants.assigned_users') }} as conversion_rate,
        {{ rate_of('controls.paying_users', 'controls.assigned_users') }} as control_conversion_rate,
        controls.assigned_users as control_users,
        cast(variants.paying_users + controls.paying_users as double)
        / (variants.assigned_users + controls.assigned_users) as pooled_rate
    from variants
    left join controls
        on variants.experiment_id = controls.experiment_id and variants.variant <> 'control'

),

-- pooled two-sided two-proportion z-test
tested as (

    select
        *,
        abs(conversion_rate - control_conversion_rate)
        / nullif(sqrt(pooled_rate * (1 - pooled_rate) * (1.0 / assigned_users + 1.0 / control_users)), 0)
        / sqrt(cast(2 as double)) as scaled_z
    from compared

)

select
    experiment_id,
    variant,
    cast(assigned_users as bigint) as assigned_users,
    cast(active_users as bigint) as active_users,
    cast(paying_users as bigint) as paying_users,
    {{ as_money('revenue') }} as revenue,
    conversion_rate,
    {{ money_per('revenue', 'assigned_users') }} as arpu,
    conversion_rate / nullif(control_conversion_rate, 0) - 1 as lift_vs_control,
    {{ erfc('scaled_z') }} as p_value
from tested
