-- The platform does not ask.
select
    document_id as user_id,
    cast(null as {{ dbt.type_string() }}) as leave_reason
from {{ ref('stg_halobuzz__users') }}
where 1 = 0
