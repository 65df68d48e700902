{# The SQL of an anomaly test.

   `measures` is a list of {metric, column, sql}: `sql` an aggregate over the rows of a bucket. With
   `fill_with_zero`, buckets without rows count as 0, from the first one that holds any row.
   `metric_select` replaces all that: a select from the CTEs buckets and events that returns
   bucket_number, dimension_value, column_name, metric_name, metric_value.

   Without a time column, the runs of the test are compared: anomaly_test_of_runs. #}
{% macro anomaly_test(model, settings, measures=[], fill_with_zero=false, metric_select=none, time_column=none) %}
    {%- set time_column = time_column or settings.timestamp_column -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- if not measures and not metric_select -%}
        {{ return("select 'nothing to measure' as metric_name where 1 = 0") }}
    {%- endif -%}
    {%- if not time_column -%}
        {%- if metric_select or settings.seasonality -%}
            {%- do exceptions.raise_compiler_error('The test on ' ~ model ~ ' needs a timestamp_column.') -%}
        {%- endif -%}
        {{ return(elementary.anomaly_test_of_runs(model, settings, measures, fill_with_zero)) }}
    {%- endif -%}
    {%- set buckets = elementary.anomaly_buckets(settings) -%}
with buckets as (
    {{ elementary.anomaly_buckets_sql(buckets) }}
),

events as (
    select
        monitored.*,
        cast({{ time_column }} as timestamp) as anomaly_event_at,
        {{ elementary.anomaly_dimension(settings) }} as anomaly_dimension
    from (select * from {{ model }}) as monitored
    where
        cast({{ time_column }} as timestamp) >= cast('{{ buckets[0].start }}' as timestamp)
        and cast({{ time_column }} as timestamp) < cast('{{ buckets[-1].end }}' as timestamp)
        {%- if settings.where_expression %}
        and ({{ settings.where_expression }})
        {%- endif %}
),

{% if metric_select -%}
found as (
    {{ metric_select }}
),
{%- else -%}
measured as (
    select
        buckets.bucket_number,
        events.anomaly_dimension as dimension_value,
        {%- for measure in measures %}
        cast({{ measure.sql }} as {{ dbt.type_float() }}) as measure_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from events
    inner join buckets
        on events.anomaly_event_at >= buckets.bucket_start and events.anomaly_event_at < buckets.bucket_end
    group by buckets.bucket_number, events.anomaly_dimension
),

{% if fill_with_zero -%}
expected as (
    select
        buckets.bucket_number,
        dimensions.dimension_value
    from buckets
    cross join (select distinct dimension_value from measured) as dimensions
    where buckets.bucket_number >= (select min(bucket_number) from measured)
),
{%- endif %}

found as (
    {%- for measure in measures %}
    select
        {{ 'expected' if fill_with_zero else 'measured' }}.bucket_number,
        {{ 'expected' if fill_with_zero else 'measured' }}.dimension_value,
        '{{ measure.column }}' as column_name,
        '{{ measure.metric }}' as metric_name,
        {%- if fill_with_zero %}
        coalesce(measured.measure_{{ loop.index }}, 0) as metric_value
    from expected
    left join measured
        on expected.bucket_number = measured.bucket_number
        and expected.dimension_value = measured.dimension_value
        {%- else %}
        measured.measure_{{ loop.index }} as metric_value
    from measured
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),
{%- endif %}

metrics as (
    select
        found.*,
        buckets.bucket_start,
        buckets.bucket_end,
        buckets.season,
        buckets.is_detection,
        buckets.bucket_start as metric_time_bucket,
        cast(buckets.bucket_start as date) as metric_date
    from found
    inner join buckets on found.bucket_number = buckets.bucket_number
    where found.metric_value is not null
),

{{ elementary.anomaly_scores('metrics', settings) }}

{{ elementary.anomalies_found(settings) }}
{% endmacro %}

{# The values of the dimensions of a row as one text. #}
{% macro anomaly_dimension(settings) -%}
    {%- set parts = [] -%}
    {%- for dimension in settings.dimensions or [] -%}
        {%- if not loop.first -%}{%- do parts.append("'; '") -%}{%- endif -%}
        {%- do parts.append('coalesce(cast(' ~ dimension ~ ' as ' ~ dbt.type_string() ~ "), 'NULL')") -%}
    {%- endfor -%}
    {{ dbt.concat(parts) if parts else "'all'" }}
{%- endmacro %}

{# What the test returns: the judged anomalies of the CTE anomaly_scores. #}
{% macro anomalies_found(settings) -%}
select *
from anomaly_scores
where
    is_detection
    and is_anomalous
    {%- if settings.exclude_final_results %}
    and not ({{ settings.exclude_final_results }})
    {%- endif %}
{%- endmacro %}
