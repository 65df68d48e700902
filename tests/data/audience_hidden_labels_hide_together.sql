{{ config(
    severity='error',
    meta={'owner': 'trust-and-safety', 'reason': 'A hidden label that stands alone could be told from the rest.'}
) }}
-- Hidden labels that have viewers hold the fewest viewers that may be shown, together, where any label
-- of the dimension is shown.
select
    creator_id,
    dimension,
    sum(case when not is_shown then viewers else 0 end) as hidden_viewers
from {{ ref('int_creator_labels') }}
group by creator_id, dimension
having
    sum(case when is_shown then 1 else 0 end) > 0
    and sum(case when not is_shown then viewers else 0 end) > 0
    and sum(case when not is_shown then viewers else 0 end) < max(min_viewers)
