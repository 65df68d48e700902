{#
    What stands in a schema. In a Hive catalog Spark reports an Iceberg table as "Provider: hive", and
    dbt-spark would refuse to merge into it; the table properties tell the truth.
#}
{% macro spark__list_relations_without_caching(relation) %}
    {% call statement('list_relations_without_caching', fetch_result=True) -%}
        show table extended in {{ relation.schema }} like '*'
    {%- endcall %}
    {% set relations = [] %}
    {% for row in load_result('list_relations_without_caching').table %}
        {% set information = row[3] %}
        {% if 'table_type=ICEBERG' in information %}
            {% set information = information | replace('Provider: hive', 'Provider: iceberg') %}
        {% endif %}
        {% do relations.append([row[0], row[1], row[2], information]) %}
    {% endfor %}
    {{ return(relations) }}
{% endmacro %}
