{# What a test was asked to do, with every gap filled. `given` holds the test's arguments.
   Order: argument, the model's `elementary` config (or meta), var, default. #}
{% macro anomaly_settings(model, given) %}
    {%- set settings = {
        'timestamp_column': none, 'where_expression': none, 'anomaly_sensitivity': 3, 'anomaly_direction': 'both',
        'min_training_set_size': 7, 'time_bucket': {'period': 'day', 'count': 1}, 'days_back': 14,
        'backfill_days': 2, 'seasonality': none, 'ignore_small_changes': none, 'fail_on_zero': false,
        'detection_delay': none, 'anomaly_exclude_metrics': none, 'detection_period': none,
        'training_period': none, 'exclude_final_results': none, 'min_value': none, 'dimensions': [],
        'event_timestamp_column': none, 'update_timestamp_column': none,
        'exclude_detection_period_from_training': true
    } -%}
    {%- set of_model = elementary.elementary_config_of(model) -%}
    {%- for name, default in settings.items() -%}
        {%- set argument = given.get(name) -%}
        {%- if argument is not defined or argument is none -%}
            {%- set argument = of_model.get(name, var(name, default)) -%}
        {%- endif -%}
        {%- do settings.update({name: argument}) -%}
    {%- endfor -%}
    {%- if given.get('sensitivity') -%}
        {%- do settings.update({'anomaly_sensitivity': given['sensitivity']}) -%}
    {%- endif -%}
    {%- if settings.anomaly_direction | lower not in ['both', 'spike', 'drop'] -%}
        {%- do exceptions.raise_compiler_error(
            "anomaly_direction is both, spike or drop, not '" ~ settings.anomaly_direction ~ "'."
        ) -%}
    {%- endif -%}
    {{ return(settings) }}
{% endmacro %}

{# The `elementary` mapping of a model's config or meta; {} where there is none. #}
{% macro elementary_config_of(model) %}
    {%- if execute and model is not string -%}
        {%- for node in graph.nodes.values() | list + graph.sources.values() | list -%}
            {%- if node.get('relation_name') == model | string -%}
                {%- set config = node.config.get('elementary') or node.config.get('meta', {}).get('elementary') -%}
                {{ return(config or node.get('meta', {}).get('elementary') or {}) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return({}) }}
{% endmacro %}
