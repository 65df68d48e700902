-- A user is banned by an actioned flag with action ban, unless an appeal was overturned after it.
with bans as (

    select
        target_user_id as user_id,
        max(coalesce(actioned_at, created_at)) as banned_at
    from {{ ref('stg_halobuzz__moderation_flags') }}
    where status = 'actioned' and action = 'ban' and target_user_id is not null
    group by target_user_id

),

appeals as (

    select
        user_id,
        max(coalesce(processed_at, created_at)) as overturned_at
    from {{ ref('stg_halobuzz__appeals') }}
    where status = 'overturned'
    group by user_id

)

select
    bans.user_id,
    bans.banned_at
from bans
left join appeals on bans.user_id = appeals.user_id
where appeals.overturned_at is null or appeals.overturned_at <= bans.banned_at
