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


{# A decimal number cut (not rounded) to an integer. #}
{% macro cut_to_integer(column) %}
    {{ return(adapter.dispatch('cut_to_integer', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__cut_to_integer(column) -%}
    cast(trunc({{ column }}) as bigint)
{%- endmacro %}

{% macro spark__cut_to_integer(column) -%}
    cast({{ column }} as bigint)
{%- endmacro %}


{# 12 whole digits and as many decimals as a decimal can have. #}
{% macro wide_decimal() -%}
    decimal(38, 26)
{%- endmacro %}


{#
    Number text as DECIMAL(26, 14), further decimals cut: rounded here, a number would be rounded twice. `as_double`
    is the same number as DOUBLE. Up to 6 decimals go through a 64-bit decimal, which DuckDB reads a hundred times
    faster than a 128-bit one (up to 15 digits, a DOUBLE tells whether there are more).
#}
{% macro exact_number(text, as_double) -%}
    {%- set rounded = try_cast(text, 'decimal(26, 14)') -%}
    {%- set wide = try_cast(text, wide_decimal()) -%}
    case
        when length({{ text }}) <= 16 and cast({{ try_cast(text, 'decimal(18, 6)') }} as double) = {{ as_double }}
            then cast({{ try_cast(text, 'decimal(18, 6)') }} as decimal(26, 14))
        when abs({{ rounded }}) > abs({{ wide }})
            then cast(
                {{ rounded }} - cast(sign({{ wide }}) as integer) * cast('0.00000000000001' as decimal(26, 14))
                as decimal(26, 14)
            )
        else {{ rounded }}
    end
{%- endmacro %}
