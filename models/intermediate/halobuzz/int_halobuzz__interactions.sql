select
    document_id as event_id,
    'gift' as kind,
    user_id,
    host_id as creator_id,
    created_at as occurred_at,
    cast(null as decimal(26, 14)) as minutes,
    cast(null as timestamp) as ended_at,
    status,
    'transactions' as collection,
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__transactions') }}
where type = 'gift' and status = 'completed'

union all

select
    document_id,
    'message',
    sender_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(null as decimal(26, 14)),
    cast(null as timestamp),
    cast(null as {{ dbt.type_string() }}),
    'messages',
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__messages') }}

union all

select
    document_id,
    'game_session',
    user_id,
    cast(null as {{ dbt.type_string() }}),
    started_at,
    cast(null as decimal(26, 14)),
    ended_at,
    cast(null as {{ dbt.type_string() }}),
    'gameSessions',
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__game_sessions') }}

union all

select
    document_id,
    'stream',
    host_id,
    host_id,
    started_at,
    cast(null as decimal(26, 14)),
    ended_at,
    cast(null as {{ dbt.type_string() }}),
    'streams',
    changed_in,
    settles_at
from {{ ref('stg_halobuzz__streams') }}
