{# Judges values: the one place where the stand-ins decide what is an anomaly.

   `metrics` names a CTE with bucket_number, bucket_start, bucket_end, season, is_detection,
   dimension_value, column_name, metric_name, metric_value (double), metric_time_bucket, metric_date.
   Returns CTEs, the last one `anomaly_scores`: the same rows with the history's mean and spread, the
   score (NULL where the history has no spread), the range that was expected, and is_anomalous. #}
{% macro anomaly_scores(metrics, settings) -%}
    {%- set direction = settings.anomaly_direction | lower -%}
    {%- set small = settings.ignore_small_changes or {} -%}
    {%- set spike_percent = small.get('spike_failure_percent_threshold') -%}
    {%- set drop_percent = small.get('drop_failure_percent_threshold') -%}
    {%- set in_history -%}
        {{ 'not is_detection' if settings.exclude_detection_period_from_training else '1 = 1' }}
        {%- if settings.anomaly_exclude_metrics %} and not ({{ settings.anomaly_exclude_metrics }}){% endif -%}
    {%- endset -%}
    {#- Sums of doubles carry noise: a difference below this share of the mean is none. -#}
    {%- set noise = '1e-9 * greatest(1, abs(training_avg))' -%}
with_history as (
    select
        {{ metrics }}.*,
        {%- set own_history -%}
        over (
            partition by metric_name, column_name, dimension_value, season
            order by bucket_number
            rows between unbounded preceding and current row
        )
        {%- endset %}
        avg(case when {{ in_history }} then metric_value end) {{ own_history }} as training_avg,
        coalesce(stddev_samp(case when {{ in_history }} then metric_value end) {{ own_history }}, 0) as training_stddev,
        count(case when {{ in_history }} then metric_value end) {{ own_history }} as training_set_size
    from {{ metrics }}
),

with_range as (
    select
        *,
        (metric_value - training_avg) / nullif(training_stddev, 0) as anomaly_score,
        {% if drop_percent is not none -%}
        least((1 - {{ drop_percent }} / 100.0) * training_avg, {{ '' -}}
        {%- endif -%}
        training_avg - {{ settings.anomaly_sensitivity }} * training_stddev
        {%- if drop_percent is not none %}){% endif %} as min_expected,
        {% if spike_percent is not none -%}
        greatest((1 + {{ spike_percent }} / 100.0) * training_avg, {{ '' -}}
        {%- endif -%}
        training_avg + {{ settings.anomaly_sensitivity }} * training_stddev
        {%- if spike_percent is not none %}){% endif %} as max_expected
    from with_history
),

anomaly_scores as (
    select
        *,
        (
            training_set_size >= {{ settings.min_training_set_size }}
            and training_stddev > {{ noise }}
            {%- if settings.min_value is not none %}
            and metric_value >= {{ settings.min_value }}
            {%- endif %}
            and (
                {{ 'metric_value > max_expected + ' ~ noise if direction != 'drop' else '1 = 0' }}
                or {{ 'metric_value < min_expected - ' ~ noise if direction != 'spike' else '1 = 0' }}
            )
        )
        {%- if settings.fail_on_zero %} or metric_value = 0{% endif %} as is_anomalous
    from with_range
)
{%- endmacro %}
