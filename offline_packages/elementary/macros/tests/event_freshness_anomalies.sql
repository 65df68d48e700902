{# With update_timestamp_column: the longest time, in seconds, from an event to its arrival, per time
   bucket of arrival. Without: the age of the newest event at the end of each bucket. Only longer times
   are anomalies. #}
{% test event_freshness_anomalies(
    model, event_timestamp_column=none, update_timestamp_column=none, where_expression=none,
    anomaly_sensitivity=none, anomaly_direction=none, min_training_set_size=none, time_bucket=none,
    days_back=none, backfill_days=none, seasonality=none, sensitivity=none, ignore_small_changes=none,
    detection_delay=none, anomaly_exclude_metrics=none, detection_period=none, training_period=none,
    exclude_detection_period_from_training=none
) %}
{%- set settings = elementary.anomaly_settings(model, {
    'event_timestamp_column': event_timestamp_column, 'update_timestamp_column': update_timestamp_column,
    'where_expression': where_expression, 'anomaly_sensitivity': anomaly_sensitivity,
    'min_training_set_size': min_training_set_size, 'time_bucket': time_bucket, 'days_back': days_back,
    'backfill_days': backfill_days, 'seasonality': seasonality, 'sensitivity': sensitivity,
    'ignore_small_changes': ignore_small_changes, 'detection_delay': detection_delay,
    'anomaly_exclude_metrics': anomaly_exclude_metrics, 'detection_period': detection_period,
    'training_period': training_period,
    'exclude_detection_period_from_training': exclude_detection_period_from_training
}) -%}
{%- do settings.update({'anomaly_direction': 'spike', 'dimensions': [], 'fail_on_zero': false}) -%}
{%- if execute and not settings.event_timestamp_column -%}
    {%- do exceptions.raise_compiler_error('event_freshness_anomalies needs an event_timestamp_column.') -%}
{%- endif -%}
{%- if settings.update_timestamp_column -%}
{%- set delay = dbt.datediff(
    'cast(' ~ settings.event_timestamp_column ~ ' as timestamp)', 'anomaly_event_at', 'second'
) -%}
{{ elementary.anomaly_test(
    model, settings, [{'metric': 'event_freshness', 'column': '', 'sql': 'max(' ~ delay ~ ')'}],
    time_column=settings.update_timestamp_column
) }}
{%- else -%}
{{ elementary.anomaly_test(
    model, settings, time_column=settings.event_timestamp_column,
    metric_select=elementary.newest_event_age_select('event_freshness')
) }}
{%- endif -%}
{% endtest %}

{% macro newest_event_age_select(metric_name) %}
    select
        per_bucket.bucket_number,
        'all' as dimension_value,
        '' as column_name,
        '{{ metric_name }}' as metric_name,
        cast(
            {{ dbt.datediff('per_bucket.newest_event_at', 'per_bucket.bucket_end', 'second') }}
            as {{ dbt.type_float() }}
        ) as metric_value
    from (
        select
            buckets.bucket_number,
            buckets.bucket_end,
            max(max(events.anomaly_event_at)) over (order by buckets.bucket_number) as newest_event_at
        from buckets
        left join events
            on events.anomaly_event_at >= buckets.bucket_start and events.anomaly_event_at < buckets.bucket_end
        group by buckets.bucket_number, buckets.bucket_end
    ) as per_bucket
    where per_bucket.newest_event_at is not null
{% endmacro %}
