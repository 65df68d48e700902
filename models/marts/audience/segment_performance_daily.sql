{%- set params = [
    'budget_window_days', 'budget_window_months', 'budget_tokens_mid_from', 'budget_tokens_high_above',
    'budget_frequency_mid_from', 'budget_frequency_high_above'
] -%}
with segments as (

    select * from {{ ref('audience_segments') }}

),

events as (

    select * from {{ ref('int_audience_events') }}

),

money as (

    select * from {{ ref('int_money') }} where platform = 'avalo' and (is_token_spend or kind = 'purchase')

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

pair_days as (

    select
        events.viewer_id,
        events.creator_id,
        events.business_date as kpi_date,
        sum(case when events.kind = 'view' then 1 else 0 end) as impressions,
        sum(case when events.kind in ('chat', 'call', 'booking', 'ticket') then 1 else 0 end) as interactions,
        sum(events.tokens) as revenue_tokens,
        sum(case when events.kind = 'spend' then 1 else 0 end) as spends
    from events
    group by events.viewer_id, events.creator_id, events.business_date

),

first_spends as (

    select
        viewer_id,
        creator_id,
        min(kpi_date) as kpi_date
    from pair_days
    where spends > 0
    group by viewer_id, creator_id

),

viewers as (

    select distinct viewer_id from pair_days

),

-- The budget of a date is that of the dates of the window that ends on the day before: an amount comes in
-- on the date after it and leaves after as many dates.
budget_steps as (

    select
        money.user_id as viewer_id,
        {{ add_days('money.business_date', 1) }} as kpi_date,
        case when money.is_token_spend then money.tokens else 0 end as tokens_step,
        case when money.kind = 'purchase' then 1 else 0 end as purchases_step
    from money
    inner join viewers on money.user_id = viewers.viewer_id

    union all

    select
        money.user_id,
        {{ add_days('money.business_date', 'params.budget_window_days + 1') }},
        case when money.is_token_spend then -money.tokens else 0 end,
        case when money.kind = 'purchase' then -1 else 0 end
    from money
    inner join viewers on money.user_id = viewers.viewer_id
    cross join params

),

budget_changes as (

    select
        viewer_id,
        kpi_date,
        sum(tokens_step) as tokens_change,
        sum(purchases_step) as purchases_change
    from budget_steps
    group by viewer_id, kpi_date

),

viewer_dates as (

    select viewer_id, kpi_date from pair_days
    union
    select viewer_id, kpi_date from budget_changes

),

budgets as (

    select
        viewer_dates.viewer_id,
        viewer_dates.kpi_date,
        sum(coalesce(budget_changes.tokens_change, 0)) over (
            partition by viewer_dates.viewer_id order by viewer_dates.kpi_date
            rows between unbounded preceding and current row
        ) as tokens,
        sum(coalesce(budget_changes.purchases_change, 0)) over (
            partition by viewer_dates.viewer_id order by viewer_dates.kpi_date
            rows between unbounded preceding and current row
        ) as purchases
    from viewer_dates
    left join budget_changes
        on
            viewer_dates.viewer_id = budget_changes.viewer_id
            and viewer_dates.kpi_date = budget_changes.kpi_date

),

labelled as (

    select
        pair_days.*,
        {{ budget_label('budgets.tokens', 'budgets.purchases', 'params') }} as budget,
        segments.intent,
        segments.proximity,
        case when first_spends.kpi_date = pair_days.kpi_date then 1 else 0 end as conversions
    from pair_days
    cross join params
    inner join segments
        on pair_days.viewer_id = segments.viewer_id and pair_days.creator_id = segments.creator_id
    inner join budgets
        on pair_days.viewer_id = budgets.viewer_id and pair_days.kpi_date = budgets.kpi_date
    left join first_spends
        on
            pair_days.viewer_id = first_spends.viewer_id
            and pair_days.creator_id = first_spends.creator_id

),

measured as (

    {%- for segment_type in ['budget', 'intent', 'proximity'] %}
    select
        kpi_date,
        '{{ segment_type }}' as segment_type,
        {{ segment_type }} as segment_value,
        sum(impressions) as impressions,
        sum(interactions) as interactions,
        sum(conversions) as conversions,
        sum(revenue_tokens) as revenue_tokens
    from labelled
    group by kpi_date, {{ segment_type }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

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
