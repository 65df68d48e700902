{%- set params = [
    'budget_window_days', 'budget_window_months', 'budget_tokens_mid_from', 'budget_tokens_high_above',
    'budget_frequency_mid_from', 'budget_frequency_high_above'
] -%}
with segments as (

    select viewer_id, creator_id, intent, proximity from {{ ref('audience_segments') }}

),

events as (

    select * from {{ ref('int_viewer_events') }}

),

pairs as (

    select * from {{ ref('int_pairs') }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }} where platform = 'avalo'

),

labels as (

    select * from {{ ref('audience_labels') }}

),

dates as (

    select * from {{ ref('int_dates') }} where platform = 'avalo'

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'avalo'

),

params as (

    {{ pivot_params('audience_params', params) }}

),

-- what counts on a date: its events, and the pairs whose first spend it saw
facts as (

    select
        viewer_id,
        creator_id,
        business_date as kpi_date,
        case when kind = 'view' then 1 else 0 end as impressions,
        case when kind in ('chat', 'call', 'booking', 'ticket') then 1 else 0 end as interactions,
        0 as conversions,
        tokens as revenue_tokens
    from events

    union all

    select
        viewer_id,
        creator_id,
        first_spend_date,
        0,
        0,
        1,
        cast(0 as decimal(18, 4))
    from pairs
    where first_spend_date is not null

),

kept_facts as (

    select facts.*
    from facts
    cross join platforms
    where {{ is_kept_date('facts.kpi_date') }}

),

-- of pairs with a segment, and by its labels as of as_of; in the narrowest types, for these rows are many
viewer_days as (

    select
        kept_facts.viewer_id,
        kept_facts.kpi_date,
        segments.intent,
        segments.proximity,
        cast(sum(kept_facts.impressions) as bigint) as impressions,
        cast(sum(kept_facts.interactions) as bigint) as interactions,
        cast(sum(kept_facts.conversions) as bigint) as conversions,
        {{ as_money('sum(kept_facts.revenue_tokens)') }} as revenue_tokens
    from kept_facts
    inner join segments
        on kept_facts.viewer_id = segments.viewer_id and kept_facts.creator_id = segments.creator_id
    group by kept_facts.viewer_id, kept_facts.kpi_date, segments.intent, segments.proximity

),

-- a number in place of the id: their many steps are sorted by it
viewers as (

    select
        viewer_id,
        row_number() over (order by viewer_id) as viewer_number
    from viewer_days
    group by viewer_id

),

-- The budget of a date is that of the dates of the window that ends on the day before: an amount comes in
-- on the date after it and leaves after as many dates.
budget_steps as (

    select
        viewers.viewer_number,
        viewer_days.kpi_date,
        cast(0 as decimal(18, 4)) as tokens_step,
        0 as purchases_step,
        viewer_days.impressions,
        viewer_days.interactions,
        viewer_days.conversions,
        viewer_days.revenue_tokens,
        true as is_viewer_day
    from viewer_days
    inner join viewers on viewer_days.viewer_id = viewers.viewer_id

    union all

    select
        viewers.viewer_number,
        {{ add_days('money_days.business_date', 1) }},
        money_days.tokens_spent,
        money_days.purchase_count,
        0,
        0,
        0,
        0,
        false
    from money_days
    inner join viewers on money_days.user_id = viewers.viewer_id
    where money_days.tokens_spent <> 0 or money_days.purchase_count <> 0

    union all

    select
        viewers.viewer_number,
        {{ add_days('money_days.business_date', 'params.budget_window_days + 1') }},
        -money_days.tokens_spent,
        -money_days.purchase_count,
        0,
        0,
        0,
        0,
        false
    from money_days
    inner join viewers on money_days.user_id = viewers.viewer_id
    cross join params
    where money_days.tokens_spent <> 0 or money_days.purchase_count <> 0

),

-- all steps of a date count on it
budgets as (

    select
        *,
        sum(tokens_step) over (
            partition by viewer_number order by kpi_date
            range between unbounded preceding and current row
        ) as tokens,
        sum(purchases_step) over (
            partition by viewer_number order by kpi_date
            range between unbounded preceding and current row
        ) as purchases
    from budget_steps

),

labelled as (

    select
        budgets.kpi_date,
        'budget' as segment_type,
        {{ budget_label('budgets.tokens', 'budgets.purchases', 'params') }} as segment_value,
        budgets.impressions,
        budgets.interactions,
        budgets.conversions,
        budgets.revenue_tokens
    from budgets
    cross join params
    where budgets.is_viewer_day

    union all

    select
        kpi_date,
        'intent',
        intent,
        impressions,
        interactions,
        conversions,
        revenue_tokens
    from viewer_days

    union all

    select
        kpi_date,
        'proximity',
        proximity,
        impressions,
        interactions,
        conversions,
        revenue_tokens
    from viewer_days

),

measured as (

    select
        kpi_date,
        segment_type,
        segment_value,
        sum(impressions) as impressions,
        sum(interactions) as interactions,
        sum(conversions) as conversions,
        sum(revenue_tokens) as revenue_tokens
    from labelled
    group by kpi_date, segment_type, segment_value

),

dense as (

    select
        dates.kpi_date,
        dates.is_complete,
        labels.dimension as segment_type,
        labels.label as segment_value,
        coalesce(measured.impressions, 0) as impressions,
        coalesce(measured.interactions, 0) as interactions,
        coalesce(measured.conversions, 0) as conversions,
        coalesce(measured.revenue_tokens, 0) as revenue_tokens
    from dates
    cross join labels
    left join measured
        on
            dates.kpi_date = measured.kpi_date
            and labels.dimension = measured.segment_type
            and labels.label = measured.segment_value

),

totalled as (

    select
        *,
        sum(impressions) over (partition by kpi_date, segment_type) as all_impressions,
        sum(conversions) over (partition by kpi_date, segment_type) as all_conversions
    from dense

)

select
    totalled.kpi_date,
    totalled.segment_type,
    totalled.segment_value,
    totalled.is_complete,
    cast(totalled.impressions as bigint) as impressions,
    cast(totalled.interactions as bigint) as interactions,
    cast(totalled.conversions as bigint) as conversions,
    {{ rate_of('totalled.conversions', 'totalled.impressions') }} as conversion_rate,
    {{ as_money('totalled.revenue_tokens') }} as revenue_tokens,
    {{ as_money(money_per('totalled.revenue_tokens', 'totalled.conversions')) }} as avg_revenue_per_conversion,
    {{ rate_of('totalled.conversions', 'totalled.impressions') }}
    / nullif({{ rate_of('totalled.all_conversions', 'totalled.all_impressions') }}, 0) as performance_vs_baseline
from totalled
cross join platforms
where {{ is_kept_date('totalled.kpi_date') }}
