{#
    Seed rows on Spark, written as literals of the declared types. dbt-spark's own macro pastes the cells
    unescaped in session mode: a quote ends the statement, an empty cell becomes the text 'None'.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set lines = [] -%}
        {%- for row in rows -%}
            {%- set cells = [] -%}
            {%- for column in agate_table.column_names -%}
                {%- set type = types.get(column, adapter.convert_type(agate_table, loop.index0)) -%}
                {%- do cells.append('cast(' ~ spark_text(row[loop.index0]) ~ ' as ' ~ type ~ ')') -%}
            {%- endfor -%}
            {%- do lines.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set statement = 'insert into ' ~ this.render() ~ ' values\n' ~ lines | join(',\n') -%}
        {%- do adapter.add_query(statement, abridge_sql_log=True) -%}
        {%- do statements.append(statement) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}


{# A text literal in Spark's way: backslashes escape. #}
{% macro spark_text(value) -%}
    {%- if value is none -%}
    null
    {%- else -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
