select
    document_id as event_id,
    'chat' as kind,
    payer_id as user_id,
    earner_id as creator_id,
    started_at as occurred_at,
    cast(null as decimal(26, 14)) as minutes,
    closed_at as ended_at,
    cast(null as {{ dbt.type_string() }}) as status,
    'chats' as collection,
    changed_in,
    settles_at
from {{ ref('stg_avalo__chats') }}

union all

select
    document_id,
    case call_type when 'voice' then 'call_voice' when 'video' then 'call_video' else 'call_other' end,
    payer_id,
    earner_id,
    started_at,
    duration_minutes,
    cast(null as timestamp),
    status,
    'calls',
    changed_in,
    settles_at
from {{ ref('stg_avalo__calls') }}

union all

select
    document_id,
    'ai_chat',
    user_id,
    creator_id,
    started_at,
    cast(null as decimal(26, 14)),
    ended_at,
    cast(null as {{ dbt.type_string() }}),
    'aiChatSessions',
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_chat_sessions') }}

union all

select
    document_id,
    'ai_voice',
    user_id,
    creator_id,
    started_at,
    duration_minutes,
    cast(null as timestamp),
    cast(null as {{ dbt.type_string() }}),
    'aiVoiceCallSessions',
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_voice_call_sessions') }}

union all

select
    document_id,
    'ai_video',
    user_id,
    creator_id,
    started_at,
    duration_minutes,
    cast(null as timestamp),
    cast(null as {{ dbt.type_string() }}),
    'aiVideoCallSessions',
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_video_call_sessions') }}

union all

select
    document_id,
    'ai_interaction',
    user_id,
    creator_id,
    created_at,
    cast(null as decimal(26, 14)),
    cast(null as timestamp),
    cast(null as {{ dbt.type_string() }}),
    'aiInteractions',
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_interactions') }}

union all

select
    document_id,
    'booking',
    attendee_id,
    creator_id,
    created_at,
    cast(null as decimal(26, 14)),
    cast(null as timestamp),
    status,
    'calendarBookings',
    changed_in,
    settles_at
from {{ ref('stg_avalo__calendar_bookings') }}

union all

select
    document_id,
    'ticket',
    user_id,
    creator_id,
    created_at,
    cast(null as decimal(26, 14)),
    cast(null as timestamp),
    status,
    'eventTickets',
    changed_in,
    settles_at
from {{ ref('stg_avalo__event_tickets') }}
