-- PACK 346 getCreatorKPI(creatorId). Var creator_id, else all creators, those who earned most first.
{%- set creator_id = "'" ~ var('creator_id') ~ "'" if var('creator_id', '') else 'null' %}
select
    kpis.platform,
    kpis.creator_id,
    kpis.currency,
    kpis.total_chats,
    kpis.total_calls,
    kpis.total_bookings,
    kpis.total_transactions,
    kpis.tokens_earned,
    kpis.earnings_amount,
    kpis.tips_received_tokens,
    kpis.refund_rate,
    kpis.cancel_rate,
    kpis.completion_rate,
    kpis.panic_rate,
    kpis.mismatch_rate,
    kpis.report_count,
    kpis.avg_response_sec,
    kpis.response_rate,
    kpis.rating,
    kpis.review_count,
    kpis.is_verified,
    kpis.is_premium_unlocked,
    kpis.is_royal_club,
    kpis.is_royal_eligible,
    kpis.royal_blockers,
    kpis.is_slow_responder,
    kpis.is_low_completion
from {{ ref('creator_kpi_current') }} as kpis
where kpis.creator_id = coalesce({{ creator_id }}, kpis.creator_id)
order by kpis.earnings_amount desc, kpis.creator_id asc
