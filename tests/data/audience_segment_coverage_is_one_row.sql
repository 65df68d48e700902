{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'A model without a key is one row: none or two would be read as any number.'}
) }}
-- Grain of segment_coverage: always exactly one row, without any viewer too.
select count(*) as found_rows
from {{ ref('segment_coverage') }}
having count(*) <> 1
