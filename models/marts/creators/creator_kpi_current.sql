with creators as (

    select * from {{ ref('int_creators') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

chats as (

    select
        earner_id as creator_id,
        count(*) as chats,
        sum(case when closed_at is not null then 1 else 0 end) as total_chats,
        count(first_response_sec) as answered_chats,
        sum(first_response_sec) as response_sec
    from {{ ref('stg_avalo__chats') }}
    group by earner_id

),

calls as (

    select
        earner_id as creator_id,
        count(*) as total_calls
    from {{ ref('stg_avalo__calls') }}
    where status = 'completed'
    group by earner_id

),

-- completion is judged on meetings that are due and that the user did not call off
bookings as (

    select
        creator_id,
        count(*) as total_bookings,
        sum(case when status = 'cancelled_by_creator' then 1 else 0 end) as cancelled_by_creator,
        sum(case
            when meeting_at <= {{ as_of() }} and status = 'completed' then 1
            else 0
        end) as completed_bookings,
        sum(case
            when meeting_at <= {{ as_of() }} and (status is null or status <> 'cancelled_by_user') then 1
            else 0
        end) as due_bookings
    from {{ ref('stg_avalo__calendar_bookings') }}
    group by creator_id

),

earnings as (

    select
        creator_id,
        count(*) as total_transactions,
        sum(earned_tokens) as tokens_earned,
        sum(earned_amount) as earnings_amount,
        sum(case when context = 'TIP' then earned_tokens else 0 end) as tips_received_tokens
    from {{ ref('int_money') }}
    where platform = 'avalo' and kind = 'spend' and creator_id is not null
    group by creator_id

),

refunds as (

    select
        creator_id,
        count(*) as refund_count
    from {{ ref('int_money') }}
    where platform = 'avalo' and kind = 'refund' and creator_id is not null
    group by creator_id

),

-- alerts against the creator that moderation has not called false
alerts as (

    select
        target_user_id as creator_id,
        sum(case when type = 'panic' then 1 else 0 end) as panic_alerts,
        sum(case when type = 'mismatch' then 1 else 0 end) as mismatch_alerts
    from {{ ref('stg_avalo__safety_alerts') }}
    where
        target_user_id is not null
        and (resolution is null or resolution <> 'false_positive')
    group by target_user_id

),

reports as (

    select
        target_id as creator_id,
        count(*) as report_count
    from {{ ref('stg_avalo__moderation_queue') }}
    where target_id is not null
    group by target_id

),

reviews as (

    select
        creator_id,
        count(*) as review_count,
        sum(rating) as rating_sum
    from {{ ref('stg_avalo__creator_reviews') }}
    group by creator_id

),

thresholds as (

    select * from {{ ref('int_regional_thresholds') }}

),

criteria as (

    select * from {{ ref('royal_club_criteria') }}

),

counted as (

    select
        creators.*,
        platforms.currency,
        coalesce(chats.chats, 0) as chats,
        coalesce(chats.total_chats, 0) as total_chats,
        coalesce(chats.answered_chats, 0) as answered_chats,
        chats.response_sec,
        coalesce(calls.total_calls, 0) as total_calls,
        coalesce(bookings.total_bookings, 0) as total_bookings,
        coalesce(bookings.cancelled_by_creator, 0) as cancelled_by_creator,
        coalesce(bookings.completed_bookings, 0) as completed_bookings,
        coalesce(bookings.due_bookings, 0) as due_bookings,
        coalesce(earnings.total_transactions, 0) as total_transactions,
        coalesce(earnings.tokens_earned, 0) as tokens_earned,
        coalesce(earnings.earnings_amount, 0) as earnings_amount,
        coalesce(earnings.tips_received_tokens, 0) as tips_received_tokens,
        coalesce(refunds.refund_count, 0) as refund_count,
        coalesce(alerts.panic_alerts, 0) as panic_alerts,
        coalesce(alerts.mismatch_alerts, 0) as mismatch_alerts,
        coalesce(reports.report_count, 0) as report_count,
        coalesce(reviews.review_count, 0) as review_count,
        reviews.rating_sum
    from creators
    inner join platforms on creators.platform = platforms.platform
    {%- for source in ['chats', 'calls', 'bookings', 'earnings', 'refunds', 'alerts', 'reports', 'reviews'] %}
    left join {{ source }} on creators.creator_id = {{ source }}.creator_id
    {%- endfor %}

),

rated as (

    select
        *,
        {{ rate_of('refund_count', 'total_transactions') }} as refund_rate,
        {{ rate_of('cancelled_by_creator', 'total_bookings') }} as cancel_rate,
        {{ rate_of('completed_bookings', 'due_bookings') }} as completion_rate,
        {{ rate_of('panic_alerts', '(chats + total_calls + total_bookings)') }} as panic_rate,
        {{ rate_of('mismatch_alerts', '(chats + total_calls + total_bookings)') }} as mismatch_rate,
        {{ rate_of('response_sec', 'answered_chats') }} as avg_response_sec,
        {{ rate_of('answered_chats', 'chats') }} as response_rate,
        {{ rate_of('rating_sum', 'review_count') }} as rating
    from counted

),

-- one row per creator and criterion: a rate without a base is 0, unless something counts against it
measured as (

    select
        rated.creator_id,
        criteria.position,
        criteria.criterion,
        criteria.comparison,
        cast(criteria.limit_value as double) as limit_value,
        case criteria.criterion
            {%- for rate, count in [
                ('refund_rate', 'refund_count'),
                ('cancel_rate', 'cancelled_by_creator'),
                ('panic_rate', 'panic_alerts'),
                ('mismatch_rate', 'mismatch_alerts')
            ] %}
            when '{{ rate }}' then coalesce(rated.{{ rate }}, case when rated.{{ count }} = 0 then 0 end)
            {%- endfor %}
            when 'rating' then rated.rating
            when 'total_transactions' then cast(rated.total_transactions as double)
        end as value
    from rated
    cross join criteria

),

judged as (

    select
        *,
        coalesce({{ stands_to('comparison', 'value', 'limit_value') }}, false) as is_met
    from measured

),

royal as (

    select
        creator_id,
        min(case when is_met then 1 else 0 end) = 1 as is_royal_eligible,
        coalesce({{ ordered_list('case when not is_met then criterion end', 'position') }}, '') as royal_blockers
    from judged
    group by creator_id

)

select
    rated.platform,
    rated.creator_id,
    rated.currency,
    cast(rated.total_chats as bigint) as total_chats,
    cast(rated.total_calls as bigint) as total_calls,
    cast(rated.total_bookings as bigint) as total_bookings,
    cast(rated.total_transactions as bigint) as total_transactions,
    {{ as_money('rated.tokens_earned') }} as tokens_earned,
    {{ as_money('rated.earnings_amount') }} as earnings_amount,
    {{ as_money('rated.tips_received_tokens') }} as tips_received_tokens,
    rated.refund_rate,
    rated.cancel_rate,
    rated.completion_rate,
    rated.panic_rate,
    rated.mismatch_rate,
    cast(rated.report_count as bigint) as report_count,
    rated.avg_response_sec,
    rated.response_rate,
    rated.rating,
    cast(rated.review_count as bigint) as review_count,
    rated.is_verified,
    rated.is_premium_unlocked,
    rated.is_royal_club,
    royal.is_royal_eligible,
    royal.royal_blockers,
    coalesce(
        rated.response_sec > thresholds.minCreatorResponseTimeSec * rated.answered_chats, false
    ) as is_slow_responder,
    coalesce(
        rated.due_bookings > 0
        and rated.completed_bookings * 100 < thresholds.minCreatorCompletionRate * rated.due_bookings,
        false
    ) as is_low_completion
from rated
inner join royal on rated.creator_id = royal.creator_id
inner join thresholds
    on rated.region = thresholds.region and rated.country_code = thresholds.country_code
