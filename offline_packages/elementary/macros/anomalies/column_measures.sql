{# The measures of a column, by its type: a list for anomaly_test. `chosen` empty: the defaults. #}
{% macro column_measures(column, chosen=none) %}
    {%- set name = column.quoted -%}
    {%- set share = '100.0 * {} / count(*)' -%}
    {%- set by_type = {
        'any': {
            'null_count': 'count(*) - count(' ~ name ~ ')',
            'null_percent': share.format('(count(*) - count(' ~ name ~ '))'),
            'not_null_percent': share.format('count(' ~ name ~ ')')
        },
        'string': {
            'min_length': 'min(length(' ~ name ~ '))',
            'max_length': 'max(length(' ~ name ~ '))',
            'average_length': 'avg(length(' ~ name ~ '))',
            'missing_count': elementary.count_if(elementary.is_missing_text(name)),
            'missing_percent': share.format(elementary.count_if(elementary.is_missing_text(name))),
            'not_missing_percent': share.format(elementary.count_if('not ' ~ elementary.is_missing_text(name)))
        },
        'numeric': {
            'min': 'min(' ~ name ~ ')',
            'max': 'max(' ~ name ~ ')',
            'average': 'avg(' ~ name ~ ')',
            'zero_count': elementary.count_if(name ~ ' = 0'),
            'zero_percent': share.format(elementary.count_if(name ~ ' = 0')),
            'not_zero_percent': share.format(elementary.count_if(name ~ ' <> 0')),
            'standard_deviation': 'stddev_samp(' ~ name ~ ')',
            'variance': 'var_samp(' ~ name ~ ')',
            'sum': 'sum(' ~ name ~ ')'
        },
        'boolean': {
            'count_true': elementary.count_if(name),
            'count_false': elementary.count_if('not ' ~ name)
        }
    } -%}
    {%- set defaults = [
        'null_count', 'null_percent', 'min_length', 'max_length', 'average_length', 'missing_count',
        'missing_percent', 'min', 'max', 'average', 'zero_count', 'zero_percent', 'standard_deviation', 'variance'
    ] -%}
    {%- set known = [] -%}
    {%- for group in by_type.values() -%}{%- do known.extend(group) -%}{%- endfor -%}
    {%- for metric in chosen or [] if metric not in known -%}
        {%- do exceptions.raise_compiler_error(
            "column_anomalies: no monitor '" ~ metric ~ "'; there are " ~ known | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- set measures = [] -%}
    {%- for type in ['any', elementary.kind_of_type(column.data_type)] if type in by_type -%}
        {%- for metric, sql in by_type[type].items() if metric in (chosen or defaults) -%}
            {%- do measures.append({'metric': metric, 'column': column.name, 'sql': sql}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(measures) }}
{% endmacro %}

{% macro count_if(condition) %}
    {{ return('count(case when ' ~ condition ~ ' then 1 end)') }}
{% endmacro %}

{% macro is_missing_text(name) %}
    {{ return('(' ~ name ~ " is null or trim(lower(" ~ name ~ ")) in ('', 'null'))") }}
{% endmacro %}

{# string, numeric, boolean or other, for the type names of DuckDB, Postgres and Spark. #}
{% macro kind_of_type(data_type) %}
    {%- set word = data_type | lower -%}
    {%- set kinds = {
        'string': ['varchar', 'character', 'char', 'text', 'string'],
        'numeric': [
            'tinyint', 'smallint', 'integer', 'int', 'bigint', 'hugeint', 'utinyint', 'usmallint', 'uinteger',
            'ubigint', 'uhugeint', 'float', 'real', 'double', 'decimal', 'numeric', 'byte', 'short', 'long'
        ],
        'boolean': ['boolean', 'bool']
    } -%}
    {%- for kind, words in kinds.items() -%}
        {%- if not word.endswith(']') and word.split('(')[0].split(' ')[0] in words -%}{{ return(kind) }}{%- endif -%}
    {%- endfor -%}
    {{ return('other') }}
{% endmacro %}

{# The columns of a model or of the subquery that a `where` config makes of it. #}
{% macro columns_of(model) %}
    {{ return(adapter.get_column_schema_from_query('select * from ' ~ model ~ ' where 1 = 0')) }}
{% endmacro %}
