with platforms as (

    select * from {{ ref('platforms') }}

),

token_rates as (

    select * from {{ ref('token_rates') }}

),

fx_rates as (

    select * from {{ ref('fx_rates') }}

),

-- one unit of value (a platform's token, or a currency) in a platform's currency
priced_units as (

    select
        platforms.platform,
        '{{ token_unit() }}' as unit,
        token_rates.valid_from,
        token_rates.rate
    from token_rates
    inner join platforms on token_rates.platform = platforms.platform

    union all

    select
        platforms.platform,
        fx_rates.from_currency as unit,
        fx_rates.valid_from,
        fx_rates.rate
    from fx_rates
    inner join platforms on fx_rates.to_currency = platforms.currency

),

ordered as (

    select
        *,
        row_number() over (partition by platform, unit order by valid_from) as position,
        lead(valid_from) over (partition by platform, unit order by valid_from) as next_valid_from
    from priced_units

)

-- the first rate also serves all dates before it
select
    platform,
    unit,
    rate,
    case when position = 1 then cast('1900-01-01' as date) else valid_from end as valid_from,
    coalesce(next_valid_from, cast('9999-12-31' as date)) as valid_to
from ordered
