{# Rows per time bucket and per combination of values of the dimensions. #}
{% test dimension_anomalies(
    model, dimensions, timestamp_column=none, where_expression=none, anomaly_sensitivity=none,
    anomaly_direction=none, min_training_set_size=none, time_bucket=none, days_back=none, backfill_days=none,
    seasonality=none, sensitivity=none, ignore_small_changes=none, fail_on_zero=none, detection_delay=none,
    anomaly_exclude_metrics=none, detection_period=none, training_period=none, exclude_final_results=none,
    min_value=none, exclude_detection_period_from_training=none
) %}
{%- set settings = elementary.anomaly_settings(model, {
    'dimensions': dimensions, 'timestamp_column': timestamp_column, 'where_expression': where_expression,
    'anomaly_sensitivity': anomaly_sensitivity, 'anomaly_direction': anomaly_direction,
    'min_training_set_size': min_training_set_size, 'time_bucket': time_bucket, 'days_back': days_back,
    'backfill_days': backfill_days, 'seasonality': seasonality, 'sensitivity': sensitivity,
    'ignore_small_changes': ignore_small_changes, 'fail_on_zero': fail_on_zero,
    'detection_delay': detection_delay, 'anomaly_exclude_metrics': anomaly_exclude_metrics,
    'detection_period': detection_period, 'training_period': training_period,
    'exclude_detection_period_from_training': exclude_detection_period_from_training,
    'exclude_final_results': exclude_final_results, 'min_value': min_value
}) -%}
{{ elementary.anomaly_test(
    model, settings, [{'metric': 'dimension', 'column': '', 'sql': 'count(*)'}], fill_with_zero=true
) }}
{% endtest %}
