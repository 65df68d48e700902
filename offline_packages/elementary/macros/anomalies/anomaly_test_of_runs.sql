{# The SQL of an anomaly test without a timestamp_column: what is measured now, against what earlier runs of
   the same test measured. A run counts by the instant that it described; the runs of the last
   `backfill_days` before the latest one are judged, the earlier ones of `days_back` are the history. #}
{% macro anomaly_test_of_runs(model, settings, measures, fill_with_zero=false) %}
    {%- set memory = elementary.memory('stand_in_metrics') -%}
    {%- set timedelta = modules.datetime.timedelta -%}
    {%- set now = elementary.instant_of_run().replace(microsecond=0) -%}
    {%- set test_id = elementary.id_of_test() -%}
    {%- set history = (
        elementary.period_as_timedelta(settings.training_period) or timedelta(days=settings.days_back | int)
    ) -%}
    {%- set judged = (
        elementary.period_as_timedelta(settings.detection_period) or timedelta(days=settings.backfill_days | int)
    ) -%}
    {%- if flags.WHICH in ['build', 'test'] -%}
        {%- do run_query(elementary.remember_measures(model, settings, measures, fill_with_zero, memory, test_id, now)) -%}
    {%- endif -%}
with remembered as (
    select
        *,
        max(recorded_at) over (partition by measured_at) as newest_record
    from {{ memory }}
    where
        test_id = '{{ test_id }}'
        and measured_at > cast('{{ now - history }}' as timestamp)
        and measured_at <= cast('{{ now }}' as timestamp)
),

metrics as (
    select
        dense_rank() over (order by measured_at) as bucket_number,
        dimension_value,
        column_name,
        metric_name,
        metric_value,
        measured_at as bucket_start,
        measured_at as bucket_end,
        'all' as season,
        measured_at > cast('{{ now - judged }}' as timestamp) as is_detection,
        measured_at as metric_time_bucket,
        cast(measured_at as date) as metric_date
    from remembered
    where recorded_at = newest_record and metric_value is not null
),

{{ elementary.anomaly_scores('metrics', settings) }}

{{ elementary.anomalies_found(settings) }}
{% endmacro %}

{# Adds this run's measures to the memory; dimensions known before and gone now count as 0. #}
{% macro remember_measures(model, settings, measures, fill_with_zero, memory, test_id, now) %}
insert into {{ memory }} (
    test_id, measured_at, recorded_at, dimension_value, column_name, metric_name, metric_value
)
with monitored as (
    select
        given_rows.*,
        {{ elementary.anomaly_dimension(settings) }} as anomaly_dimension
    from (select * from {{ model }}) as given_rows
    {%- if settings.where_expression %}
    where {{ settings.where_expression }}
    {%- endif %}
),

found as (
    {%- for measure in measures %}
    select
        {{ 'anomaly_dimension' if settings.dimensions else "'all'" }} as dimension_value,
        '{{ measure.column }}' as column_name,
        '{{ measure.metric }}' as metric_name,
        cast({{ measure.sql }} as {{ dbt.type_float() }}) as metric_value
    from monitored
    {{ 'group by anomaly_dimension' if settings.dimensions }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

complete as (
    select * from found
    {%- if fill_with_zero %}

    union all

    select distinct
        known.dimension_value,
        known.column_name,
        known.metric_name,
        cast(0 as {{ dbt.type_float() }}) as metric_value
    from {{ memory }} as known
    left join found
        on known.dimension_value = found.dimension_value and known.metric_name = found.metric_name
    where known.test_id = '{{ test_id }}' and found.dimension_value is null
    {%- endif %}
)

select
    '{{ test_id }}' as test_id,
    cast('{{ now }}' as timestamp) as measured_at,
    '{{ run_started_at.isoformat() }}' as recorded_at,
    dimension_value,
    column_name,
    metric_name,
    metric_value
from complete
{% endmacro %}

{# The unique id of the test that is running: `model` is its node here, not its argument. #}
{% macro id_of_test() %}
    {{ return(model.unique_id | replace("'", '')) }}
{% endmacro %}
