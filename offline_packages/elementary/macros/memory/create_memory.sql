{# on-run-start: the tables that tests add to are there before the first test, whatever was selected, so that
   a test depends on nothing but the model that it watches. #}
{% macro create_memory() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test'] -%}
        {%- for name, columns in {
            'stand_in_metrics': elementary.empty_stand_in_metrics(),
            'stand_in_schema_columns': elementary.empty_stand_in_schema_columns()
        }.items() -%}
            {%- set relation = elementary.memory(name) -%}
            {%- if relation -%}
                {%- do adapter.create_schema(relation) -%}
                {%- do run_query('create table if not exists ' ~ relation ~ ' as ' ~ columns) -%}
                {#- dbt looked at the schema before this hook -#}
                {%- do adapter.cache_added(relation) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# The table of one of this package's models; none where the model is disabled. #}
{% macro memory(name) %}
    {%- set node = graph.nodes.get('model.elementary.' ~ name) -%}
    {%- if node -%}
        {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias, type='table')) }}
    {%- endif -%}
{% endmacro %}

{% macro empty_stand_in_metrics() %}
select
    cast(null as {{ dbt.type_string() }}) as test_id,
    cast(null as timestamp) as measured_at,
    cast(null as {{ dbt.type_string() }}) as recorded_at,
    cast(null as {{ dbt.type_string() }}) as dimension_value,
    cast(null as {{ dbt.type_string() }}) as column_name,
    cast(null as {{ dbt.type_string() }}) as metric_name,
    cast(null as {{ dbt.type_float() }}) as metric_value
where 1 = 0
{% endmacro %}

{% macro empty_stand_in_schema_columns() %}
select
    cast(null as {{ dbt.type_string() }}) as relation_name,
    cast(null as {{ dbt.type_string() }}) as recorded_at,
    cast(null as {{ dbt.type_string() }}) as column_name,
    cast(null as {{ dbt.type_string() }}) as data_type
where 1 = 0
{% endmacro %}
