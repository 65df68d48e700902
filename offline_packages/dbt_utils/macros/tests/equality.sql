{# Fails for each row that only one of two relations holds (as sets: repeated rows count once).
   `compare_columns` or `exclude_columns` (one of them) choose the columns; `precision` rounds numbers. #}
{% test equality(model, compare_model, compare_columns=none, exclude_columns=none, precision=none) %}
{%- if compare_columns and exclude_columns -%}
    {%- do exceptions.raise_compiler_error('equality: give compare_columns or exclude_columns, not both.') -%}
{%- endif -%}
{%- if not execute -%}{{ return('') }}{%- endif -%}
{%- set excluded = (exclude_columns or []) | map('lower') | list -%}
{%- set chosen = (compare_columns or []) | map('lower') | list -%}
{%- set columns = [] -%}
{%- for column in adapter.get_columns_in_relation(model) -%}
    {%- set name = column.name | lower -%}
    {%- if name not in excluded and (not chosen or name in chosen) -%}{%- do columns.append(column) -%}{%- endif -%}
{%- endfor -%}
{%- set names = columns | map(attribute='name') | map('lower') | list -%}
{%- if chosen -%}
    {%- set wanted = chosen -%}
{%- else -%}
    {%- set wanted = [] -%}
    {%- for column in adapter.get_columns_in_relation(compare_model) -%}
        {%- if column.name | lower not in excluded -%}{%- do wanted.append(column.name | lower) -%}{%- endif -%}
    {%- endfor -%}
{%- endif -%}
{%- if names | sort != wanted | sort -%}
    {%- do exceptions.raise_compiler_error(
        'equality: ' ~ model ~ ' has the columns ' ~ names | sort | join(', ') ~ ', but ' ~ wanted | sort | join(', ')
        ~ ' are to be compared with ' ~ compare_model ~ '.'
    ) -%}
{%- endif -%}
{%- set selected = [] -%}
{%- for column in columns -%}
    {%- if precision is not none and (column.is_number() or column.data_type | lower == 'double') -%}
        {%- do selected.append(
            'round(cast(' ~ column.quoted ~ ' as ' ~ dbt.type_numeric() ~ '), ' ~ precision ~ ') as ' ~ column.quoted
        ) -%}
    {%- else -%}
        {%- do selected.append(column.quoted) -%}
    {%- endif -%}
{%- endfor -%}
{%- set selected = selected | join(', ') -%}
with only_here as (
    select {{ selected }} from {{ model }}
    {{ dbt.except() }}
    select {{ selected }} from {{ compare_model }}
),

only_there as (
    select {{ selected }} from {{ compare_model }}
    {{ dbt.except() }}
    select {{ selected }} from {{ model }}
)

select 'only in the model' as found, only_here.* from only_here
union all
select 'only in compare_model' as found, only_there.* from only_there
{% endtest %}
