{# Fails for each column that was added, removed or got another type since the test last ran; the first
   run only takes note. #}
{% test schema_changes(model) %}
{%- if not execute -%}{{ return('') }}{%- endif -%}
{%- set memory = elementary.memory('stand_in_schema_columns') -%}
{%- set relation_name = model | string | replace("'", '') -%}
{%- set now = {} -%}
{%- for column in elementary.columns_of(model) -%}
    {%- do now.update({column.name | lower: column.data_type | lower}) -%}
{%- endfor -%}
{%- set before = {} -%}
{%- set seen = run_query(
    "select column_name, data_type from " ~ memory ~ " where relation_name = '" ~ relation_name
    ~ "' and recorded_at = (select max(recorded_at) from " ~ memory
    ~ " where relation_name = '" ~ relation_name ~ "')"
) -%}
{%- for row in seen.rows -%}{%- do before.update({row[0]: row[1]}) -%}{%- endfor -%}
{%- set changes = [] -%}
{%- if before -%}
    {%- for name, type in now.items() if name not in before -%}
        {%- do changes.append([name, 'column_added', '', type]) -%}
    {%- endfor -%}
    {%- for name, type in before.items() if name not in now -%}
        {%- do changes.append([name, 'column_removed', type, '']) -%}
    {%- endfor -%}
    {%- for name, type in now.items() if name in before and before[name] != type -%}
        {%- do changes.append([name, 'type_changed', before[name], type]) -%}
    {%- endfor -%}
{%- endif -%}
{%- if (changes or not before) and flags.WHICH in ['build', 'test'] -%}
    {%- set rows = [] -%}
    {%- for name, type in now.items() -%}
        {%- do rows.append("('" ~ relation_name ~ "', '" ~ run_started_at.isoformat() ~ "', '" ~ name ~ "', '" ~ type ~ "')") -%}
    {%- endfor -%}
    {%- do run_query(
        'insert into ' ~ memory ~ ' (relation_name, recorded_at, column_name, data_type) values ' ~ rows | join(', ')
    ) -%}
{%- endif -%}
{%- for change in changes %}
select '{{ change[0] }}' as column_name, '{{ change[1] }}' as change, '{{ change[2] }}' as type_before, '{{ change[3] }}' as type_now
{{ 'union all' if not loop.last }}
{%- else %}
select 'none' as column_name where 1 = 0
{%- endfor %}
{% endtest %}
