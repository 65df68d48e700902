select host_id as creator_id, started_at as occurred_at
from {{ ref('stg_halobuzz__streams') }}
