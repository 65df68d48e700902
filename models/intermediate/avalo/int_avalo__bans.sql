-- A user is banned whose last BAN is at or after the last UNBAN.
with measures as (

    select
        user_id,
        max(case when action = 'ban' then created_at end) as banned_at,
        max(case when action = 'unban' then created_at end) as unbanned_at
    from {{ ref('stg_avalo__enforcement_logs') }}
    where action in ('ban', 'unban')
    group by user_id

)

select
    user_id,
    banned_at
from measures
where banned_at is not null and (unbanned_at is null or banned_at >= unbanned_at)
