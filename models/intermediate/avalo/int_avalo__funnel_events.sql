with users as (

    select * from {{ ref('int_avalo__users') }}

),

money as (

    select * from {{ ref('int_money') }} where platform = 'avalo'

),

sessions as (

    select * from {{ ref('int_activity') }} where platform = 'avalo' and kind = 'app_session'

)

select
    user_id,
    'signup' as step,
    created_at as occurred_at,
    user_id as event_id,
    false as is_state,
    false as is_repeat
from users

union all

-- being verified is a state: a step that waits for it is taken at the step before, if that is later
select
    user_id,
    'verified',
    coalesce(verified_at, created_at),
    user_id,
    true,
    false
from users
where is_verified or verified_at is not null

union all

select
    users.user_id,
    'first_session',
    sessions.occurred_at,
    cast(sessions.document_hash as {{ dbt.type_string() }}),
    false,
    false
from sessions
inner join users on sessions.user_id = users.user_id

union all

select
    users.user_id,
    'first_purchase',
    money.occurred_at,
    money.event_id,
    false,
    false
from money
inner join users on money.user_id = users.user_id
where money.kind = 'purchase'

union all

select
    users.user_id,
    'first_spend',
    money.occurred_at,
    money.event_id,
    false,
    false
from money
inner join users on money.user_id = users.user_id
where money.kind = 'spend'

union all

select
    users.user_id,
    'repeat_spend',
    money.occurred_at,
    money.event_id,
    false,
    true
from money
inner join users on money.user_id = users.user_id
where money.kind = 'spend'
