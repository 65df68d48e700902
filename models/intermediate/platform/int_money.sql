{{ config(materialized='increment', meta={'logs_changes_of': ['platform', 'user_id', 'creator_id', 'business_date']}) }}

with events as (

    {{ union_platforms_local('money', increment=true) }}

),

platforms as (

    select * from {{ ref('platforms') }}

),

rates as (

    select * from {{ ref('int_rate_intervals') }}

),

streams as (

    select * from {{ ref('revenue_streams') }}

),

splits as (

    select * from {{ ref('revenue_splits') }}

),

dated as (

    select
        events.*,
        cast(events.local_at as date) as business_date,
        extract(hour from events.local_at) as business_hour,
        platforms.currency,
        platforms.revenue_basis,
        coalesce(events.cash_currency, platforms.currency) as from_currency
    from events
    inner join platforms on events.platform = platforms.platform

),

-- what the seed calls the source and context of an event; things sold as documents of their own (calendar,
-- events) are revenue of these, not of the wallet that paid for them
named as (

    select
        dated.*,
        coalesce(exact.stream, otherwise.stream) as stream_of_context,
        coalesce(exact.is_revenue, otherwise.is_revenue, false) as is_revenue
    from dated
    left join streams as exact
        on
            dated.platform = exact.platform
            and dated.source = exact.source
            and dated.context = upper(exact.context)
    left join streams as otherwise
        on
            dated.platform = otherwise.platform
            and dated.source = otherwise.source
            and otherwise.context = '*'

),

-- what a creator earns of a spend whose document does not say it: the rest of the platform's share
streamed as (

    select
        named.*,
        splits.method,
        case when named.kind = 'spend' then splits.earning_column end as earning_column,
        case when named.is_revenue then named.stream_of_context end as stream,
        case
            when named.creator_id is null then null
            when named.receiver_tokens is not null then named.receiver_tokens
            when named.kind = 'spend'
                then cast(named.tokens * (1 - splits.platform_share) as decimal(26, 14))
        end as earned
    from named
    left join splits
        on named.platform = splits.platform and named.stream_of_context = splits.stream

),

-- every amount is converted and rounded here, once
converted as (

    select
        streamed.*,
        {{ to_tokens('streamed.tokens') }} as token_count,
        {{ to_money('streamed.cash', 'cash_rates.rate') }} as cash_money,
        {{ to_money('streamed.fee_cash', 'cash_rates.rate') }} as fee_money,
        case
            when not streamed.is_valued_in_cash then {{ to_money('streamed.tokens', 'token_rates.rate') }}
        end as token_money,
        {{ to_money('streamed.payout_tokens', 'token_rates.rate') }} as payout_money,
        {{ to_tokens('streamed.earned') }} as earned_token_count,
        {{ to_money('streamed.earned', 'token_rates.rate') }} as earned_token_money
    from streamed
    left join rates as token_rates
        on
            streamed.platform = token_rates.platform
            and streamed.business_date >= token_rates.valid_from
            and streamed.business_date < token_rates.valid_to
            and token_rates.unit = '{{ token_unit() }}'
    left join rates as cash_rates
        on
            streamed.platform = cash_rates.platform
            and streamed.business_date >= cash_rates.valid_from
            and streamed.business_date < cash_rates.valid_to
            and streamed.from_currency = cash_rates.unit

),

valued as (

    select
        *,
        case when is_valued_in_cash then cash_money else token_money end as money
    from converted

)

select
    valued.platform,
    valued.event_id,
    valued.kind,
    valued.source,
    valued.user_id,
    valued.creator_id,
    valued.occurred_at,
    valued.business_date,
    valued.business_hour,
    valued.context,
    valued.category,
    valued.stream,
    valued.is_token_spend,
    valued.is_payment,
    valued.is_risk_spend,
    valued.currency,
    valued.token_count as tokens,
    valued.money,
    valued.fee_money,
    case when valued.kind = 'purchase' then valued.cash_money else 0 end as cash,
    case when valued.stream is not null then valued.money else 0 end as stream_revenue,
    -- what the platform keeps of an event where it is known per event (a fee, a stake lost)
    case
        when valued.method = 'fee' then valued.fee_money
        when valued.method = 'stake_minus_payout' then valued.money - valued.payout_money
    end as event_platform_earnings,
    valued.payout_money,
    case
        when valued.revenue_basis = 'streams' and valued.stream is not null then valued.money
        when valued.revenue_basis = 'cash' and valued.kind = 'purchase' then valued.cash_money
        else 0
    end as total_revenue,
    -- the events that make up total_revenue, those of amount 0 too
    coalesce(
        (valued.revenue_basis = 'streams' and valued.stream is not null)
        or (valued.revenue_basis = 'cash' and valued.kind = 'purchase'),
        false
    ) as is_revenue_event,
    -- what the creator earns: of a gift its value without the fee, else the tokens credited
    valued.earning_column,
    case
        when valued.creator_id is null then 0
        when valued.method = 'fee'
            then {{ money_share('valued.token_count', '(valued.money - valued.fee_money)', 'valued.money') }}
        else coalesce(valued.earned_token_count, 0)
    end as earned_tokens,
    case
        when valued.creator_id is null then 0
        when valued.method = 'fee' then valued.money - valued.fee_money
        else coalesce(valued.earned_token_money, 0)
    end as earned_amount,
    valued.payment_method,
    valued.og_tier,
    {{ document_hash('valued.platform', 'valued.collection', 'valued.event_id') }} as document_hash
from valued
