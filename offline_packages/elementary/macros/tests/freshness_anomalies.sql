{# The longest wait for a new row, in seconds, that ended in a time bucket or was still going on at its
   end. Only longer waits are anomalies. #}
{% test freshness_anomalies(
    model, timestamp_column=none, where_expression=none, anomaly_sensitivity=none, anomaly_direction=none,
    min_training_set_size=none, time_bucket=none, days_back=none, backfill_days=none, seasonality=none,
    sensitivity=none, ignore_small_changes=none, detection_delay=none, anomaly_exclude_metrics=none,
    detection_period=none, training_period=none, exclude_detection_period_from_training=none
) %}
{%- set settings = elementary.anomaly_settings(model, {
    'timestamp_column': timestamp_column, 'where_expression': where_expression,
    'anomaly_sensitivity': anomaly_sensitivity, 'min_training_set_size': min_training_set_size,
    'time_bucket': time_bucket, 'days_back': days_back, 'backfill_days': backfill_days,
    'seasonality': seasonality, 'sensitivity': sensitivity, 'ignore_small_changes': ignore_small_changes,
    'detection_delay': detection_delay, 'anomaly_exclude_metrics': anomaly_exclude_metrics,
    'detection_period': detection_period, 'training_period': training_period,
    'exclude_detection_period_from_training': exclude_detection_period_from_training
}) -%}
{%- do settings.update({'anomaly_direction': 'spike', 'dimensions': [], 'fail_on_zero': false}) -%}
{{ elementary.anomaly_test(
    model, settings, metric_select=elementary.longest_wait_select('freshness')
) }}
{% endtest %}

{% macro longest_wait_select(metric_name) %}
    select
        per_bucket.bucket_number,
        'all' as dimension_value,
        '' as column_name,
        '{{ metric_name }}' as metric_name,
        cast(greatest(
            coalesce(per_bucket.longest_wait, 0),
            {{ dbt.datediff('per_bucket.newest_event_at', 'per_bucket.bucket_end', 'second') }}
        ) as {{ dbt.type_float() }}) as metric_value
    from (
        select
            buckets.bucket_number,
            buckets.bucket_end,
            max(waits.wait_seconds) as longest_wait,
            max(max(waits.event_at)) over (order by buckets.bucket_number) as newest_event_at
        from buckets
        left join (
            select
                event_at,
                {{ dbt.datediff('lag(event_at) over (order by event_at)', 'event_at', 'second') }} as wait_seconds
            from (select distinct anomaly_event_at as event_at from events) as instants
        ) as waits
            on waits.event_at >= buckets.bucket_start and waits.event_at < buckets.bucket_end
        group by buckets.bucket_number, buckets.bucket_end
    ) as per_bucket
    where per_bucket.newest_event_at is not null
{% endmacro %}
