with interactions as (

    select * from {{ ref('int_halobuzz__interactions') }}

)

select
    creator_id,
    occurred_at
from interactions
where creator_id is not null and kind = 'gift'
