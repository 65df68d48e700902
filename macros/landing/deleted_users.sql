{# Deleted users: they keep the creation time and country of their last version with data, and nothing else. #}
{% macro deleted_users(base_model) -%}
select
    document_id as user_id,
    true as is_deleted,
    document.created_at as created_at,
    document.country_code as country_code,
    false as is_creator,
    false as is_verified,
    cast(null as timestamp) as verified_at,
    false as is_royal_club,
    false as is_premium_unlocked,
    cast(null as bigint) as og_tier
from {{ ref(base_model) }}
where
    status = 'deleted'
    and has_data
    and event_at <= {{ as_of() }}
{%- endmacro %}
