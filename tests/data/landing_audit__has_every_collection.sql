{{ config(
    severity='error',
    meta={'owner': 'data-platform', 'reason': 'A collection without data has a row of zeros: a missing row hides an outage.'}
) }}
-- The collections of the contract, written out here so that a dropped model turns this red. A platform that is not
-- named here is one of your own.
{%- set collections = {
    'avalo': [
        'users', 'walletTransactions', 'chats', 'calls', 'aiChatSessions', 'aiVoiceCallSessions',
        'aiVideoCallSessions', 'aiInteractions', 'calendarBookings', 'eventTickets', 'moderationQueue',
        'enforcement_logs', 'safetyAlerts', 'refunds', 'chargebacks', 'appSessions', 'creatorReviews', 'payouts',
        'profileEvents', 'retentionContacts', 'systemEvents', 'userFeedback', 'monetizationStrategies',
        'experimentAssignments'
    ],
    'halobuzz': [
        'users', 'transactions', 'streams', 'battles', 'messages', 'sessions', 'moderationFlags', 'appeals',
        'gameSessions', 'infraErrors', 'funnelEvents'
    ],
    'ops': ['actions'],
} %}
with declared as (

    {%- for platform, names in collections.items() %}
    {%- for name in names %}
    select '{{ platform }}' as platform, '{{ name }}' as collection
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}

),

platforms as (

    select distinct platform from declared

),

audited as (

    select
        audit.platform,
        audit.collection
    from {{ ref('landing_audit') }} as audit
    inner join platforms on audit.platform = platforms.platform

)

select
    coalesce(declared.platform, audited.platform) as platform,
    coalesce(declared.collection, audited.collection) as collection,
    case when declared.platform is null then 'not declared' else 'not audited' end as problem
from declared
full outer join audited
    on declared.platform = audited.platform and declared.collection = audited.collection
where declared.platform is null or audited.platform is null
