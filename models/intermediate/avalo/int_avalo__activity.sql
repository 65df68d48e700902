with last_active as (

    {{ last_active_versions('lnd_avalo__users', 'changelog') }}

)

select
    user_id,
    started_at as occurred_at,
    'app_session' as kind,
    'appSessions' as collection,
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__app_sessions') }}

union all

select
    user_id,
    created_at,
    'spend',
    'walletTransactions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__wallet_transactions') }}
where type = 'spend' and status = 'completed'

union all

select
    payer_id,
    started_at,
    'chat',
    'chats',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__chats') }}

union all

select
    payer_id,
    started_at,
    'call',
    'calls',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__calls') }}

union all

select
    user_id,
    started_at,
    'ai_chat',
    'aiChatSessions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_chat_sessions') }}

union all

select
    user_id,
    started_at,
    'ai_voice',
    'aiVoiceCallSessions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_voice_call_sessions') }}

union all

select
    user_id,
    started_at,
    'ai_video',
    'aiVideoCallSessions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_video_call_sessions') }}

union all

select
    user_id,
    created_at,
    'ai_interaction',
    'aiInteractions',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__ai_interactions') }}

union all

select
    attendee_id,
    created_at,
    'booking',
    'calendarBookings',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__calendar_bookings') }}

union all

select
    user_id,
    created_at,
    'ticket',
    'eventTickets',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__event_tickets') }}

union all

select
    viewer_id,
    created_at,
    'profile_event',
    'profileEvents',
    document_id,
    changed_in,
    settles_at
from {{ ref('stg_avalo__profile_events') }}

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
