with users as (

    select * from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

bans as (

    select user_id from {{ ref('int_avalo__bans') }}

)

select
    users.user_id,
    users.is_creator and bans.user_id is null as is_audience_creator
from users
left join bans on users.user_id = bans.user_id
