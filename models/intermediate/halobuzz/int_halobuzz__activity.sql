with last_active as (

    {{ last_active_versions('lnd_halobuzz__users', 'mongo') }}

)

select
    user_id,
    started_at as occurred_at,
    'session' as kind,
    'sessions' as collection,
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__sessions') }}

union all

select
    user_id,
    created_at,
    type,
    'transactions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__transactions') }}
where
    type in ('coin_topup', 'og_subscription', 'gift', 'game_stake')
    and status = 'completed'

union all

select
    host_id,
    started_at,
    'stream',
    'streams',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__streams') }}

union all

select
    sender_id,
    created_at,
    'message',
    'messages',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__messages') }}

union all

select
    user_id,
    started_at,
    'game_session',
    'gameSessions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__game_sessions') }}

union all

select
    document_id,
    occurred_at,
    'last_active',
    'users',
    document_id,
    changed_in,
    settles_at
from last_active
