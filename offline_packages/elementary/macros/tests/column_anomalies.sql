{# Measures of one column per time bucket (`column_anomalies` names them; none: the defaults of its type). #}
{% test column_anomalies(
    model, column_name, column_anomalies=none, timestamp_column=none, where_expression=none,
    anomaly_sensitivity=none, anomaly_direction=none, min_training_set_size=none, time_bucket=none,
    days_back=none, backfill_days=none, seasonality=none, sensitivity=none, ignore_small_changes=none,
    fail_on_zero=none, detection_delay=none, anomaly_exclude_metrics=none, detection_period=none,
    training_period=none, dimensions=none, min_value=none, exclude_detection_period_from_training=none
) %}
{%- set settings = elementary.anomaly_settings(model, {
    'timestamp_column': timestamp_column, 'where_expression': where_expression,
    'anomaly_sensitivity': anomaly_sensitivity, 'anomaly_direction': anomaly_direction,
    'min_training_set_size': min_training_set_size, 'time_bucket': time_bucket, 'days_back': days_back,
    'backfill_days': backfill_days, 'seasonality': seasonality, 'sensitivity': sensitivity,
    'ignore_small_changes': ignore_small_changes, 'fail_on_zero': fail_on_zero,
    'detection_delay': detection_delay, 'anomaly_exclude_metrics': anomaly_exclude_metrics,
    'detection_period': detection_period, 'training_period': training_period,
    'exclude_detection_period_from_training': exclude_detection_period_from_training, 'dimensions': dimensions,
    'min_value': min_value
}) -%}
{%- set measures = [] -%}
{%- if execute -%}
    {%- for column in elementary.columns_of(model)
        if column.name | lower == column_name | replace('"', '') | replace('`', '') | lower -%}
        {%- do measures.extend(elementary.column_measures(column, column_anomalies)) -%}
    {%- else -%}
        {%- do exceptions.raise_compiler_error('column_anomalies: ' ~ model ~ ' has no column ' ~ column_name ~ '.') -%}
    {%- endfor -%}
{%- endif -%}
{{ elementary.anomaly_test(model, settings, measures) }}
{% endtest %}
