{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'avalo: every new user enters the funnel on its first date.'
}) }}

with signups as (

    select
        funnel_date,
        users
    from {{ ref('funnel_daily') }}
    where platform = 'avalo' and step = 'signup'

),

days as (

    select
        kpi_date,
        new_users
    from {{ ref('platform_kpi_daily') }}
    where platform = 'avalo'

)

select
    coalesce(signups.funnel_date, days.kpi_date) as kpi_date,
    signups.users,
    days.new_users
from signups
full outer join days on signups.funnel_date = days.kpi_date
where
    signups.funnel_date is null
    or days.kpi_date is null
    or signups.users <> days.new_users
