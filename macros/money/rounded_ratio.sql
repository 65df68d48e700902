{#
    numerator / denominator of whole numbers, rounded half away from zero to 2 decimals, as DOUBLE.
    Found in whole numbers, so that a tie is a tie. NULL where the denominator is 0.
#}
{% macro rounded_ratio(numerator, denominator) -%}
    {%- set dividend = whole_number('100 * (' ~ numerator ~ ')') -%}
    {%- set divisor = whole_number(denominator) -%}
    case
        when {{ denominator }} <> 0 then
            cast(
                sign({{ dividend }}) * sign({{ divisor }})
                * {{ integer_divide('(2 * abs(' ~ dividend ~ ') + abs(' ~ divisor ~ '))', '(2 * abs(' ~ divisor ~ '))') }}
                as double
            ) / 100
    end
{%- endmacro %}


{# A wide integer. #}
{% macro whole_number(column) %}
    {{ return(adapter.dispatch('whole_number', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__whole_number(column) -%}
    cast({{ column }} as hugeint)
{%- endmacro %}

{% macro spark__whole_number(column) -%}
    cast({{ column }} as decimal(38, 0))
{%- endmacro %}
