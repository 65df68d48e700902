{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'A payout that no rule fits would be missing, one that two fit would stand twice.'}
) }}
-- Tried at the ends of every band: for each score and amount of a currency exactly one rule.
with rules as (

    select * from {{ ref('payout_rules') }}

),

scores as (

    select currency, score_from as score from rules
    union
    select currency, score_to as score from rules
    union
    select currency, 0 as score from rules
    union
    select currency, 100 as score from rules

),

amounts as (

    select currency, amount_from as amount from rules where amount_from is not null
    union
    select currency, amount_below as amount from rules where amount_below is not null
    union
    select currency, amount_below - 0.0001 as amount from rules where amount_below is not null
    union
    select currency, -1 as amount from rules
    union
    select currency, 99999999 as amount from rules

)

select
    scores.currency,
    scores.score,
    amounts.amount,
    count(rules.currency) as fitting_rules
from scores
inner join amounts on scores.currency = amounts.currency
left join rules
    on
        scores.currency = rules.currency
        and scores.score >= rules.score_from
        and scores.score <= rules.score_to
        and (rules.amount_from is null or amounts.amount >= rules.amount_from)
        and (rules.amount_below is null or amounts.amount < rules.amount_below)
group by scores.currency, scores.score, amounts.amount
having count(rules.currency) <> 1

union all

-- scores have 2 decimals: a band begins a hundredth after the one before
select
    rules.currency,
    rules.score_from,
    cast(null as decimal(18, 4)),
    0
from rules
left join rules as earlier
    on rules.currency = earlier.currency and rules.score_from = earlier.score_to + 0.01
where rules.score_from > 0 and earlier.currency is null
