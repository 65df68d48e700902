with users as (

    select * from {{ ref('int_avalo__users') }}

),

wallet as (

    select * from {{ ref('stg_avalo__wallet_transactions') }} where status = 'completed'

),

sessions as (

    select * from {{ ref('stg_avalo__app_sessions') }}

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
    sessions.started_at,
    sessions.document_id,
    false,
    false
from sessions
inner join users on sessions.user_id = users.user_id

union all

select
    users.user_id,
    'first_purchase',
    wallet.created_at,
    wallet.document_id,
    false,
    false
from wallet
inner join users on wallet.user_id = users.user_id
where wallet.type = 'purchase'

union all

select
    users.user_id,
    'first_spend',
    wallet.created_at,
    wallet.document_id,
    false,
    false
from wallet
inner join users on wallet.user_id = users.user_id
where wallet.type = 'spend'

union all

select
    users.user_id,
    'repeat_spend',
    wallet.created_at,
    wallet.document_id,
    false,
    true
from wallet
inner join users on wallet.user_id = users.user_id
where wallet.type = 'spend'
