{# try_cast: NULL instead of an error. #}
{% macro try_cast(column, type) -%}
    try_cast({{ column }} as {{ type }})
{%- endmacro %}


{% macro is_finite(column) %}
    {{ return(adapter.dispatch('is_finite', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__is_finite(column) -%}
    isfinite({{ column }})
{%- endmacro %}

{% macro spark__is_finite(column) -%}
    (not isnan({{ column }}) and abs({{ column }}) <> double('infinity'))
{%- endmacro %}


{# A double cut (not rounded) to an integer. #}
{% macro cut_to_integer(column) %}
    {{ return(adapter.dispatch('cut_to_integer', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__cut_to_integer(column) -%}
    cast(trunc({{ column }}) as bigint)
{%- endmacro %}

{% macro spark__cut_to_integer(column) -%}
    cast({{ column }} as bigint)
{%- endmacro %}


{# Number text as DECIMAL(26, 14): 12 whole digits and 14 decimals. `as_double` is the same
   number as DOUBLE. Up to 6 decimals go through a 64-bit decimal, which DuckDB reads a
   hundred times faster than a 128-bit one. #}
{% macro exact_number(text, as_double) -%}
    case
        when cast({{ try_cast(text, 'decimal(18, 6)') }} as double) = {{ as_double }}
            then cast({{ try_cast(text, 'decimal(18, 6)') }} as decimal(26, 14))
        else {{ try_cast(text, 'decimal(26, 14)') }}
    end
{%- endmacro %}
