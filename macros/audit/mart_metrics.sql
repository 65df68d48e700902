{#
    The numeric columns of a mart, from its contract: what metric_daily unfolds. Read from the
    YAML, so a new KPI column of the mart is in metric_daily without a word.
#}
{% macro mart_metrics(mart) %}
    {% set metrics = [] %}
    {% if execute %}
        {% set columns = graph.nodes['model.' ~ project_name ~ '.' ~ mart].columns %}
        {% for column in columns.values() %}
            {% if column.data_type.split('(')[0] in ['bigint', 'double', 'decimal'] %}
                {% do metrics.append(column.name) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(metrics) }}
{% endmacro %}
