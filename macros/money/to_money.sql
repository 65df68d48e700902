{#
    Money of one event: amount x rate, 4 decimals, half away from zero, in decimal arithmetic. Most amounts of
    an event are 0, and rounding a wide decimal is slow.
#}
{% macro to_money(amount, rate) -%}
    case
        when {{ amount }} = 0 then cast(0 as decimal(18, 4))
        else cast(round({{ amount }} * {{ rate }}, 4) as decimal(18, 4))
    end
{%- endmacro %}


{# Tokens or coins of one event: 4 decimals. #}
{% macro to_tokens(amount) -%}
    case
        when {{ amount }} = 0 then cast(0 as decimal(18, 4))
        else cast(round({{ amount }}, 4) as decimal(18, 4))
    end
{%- endmacro %}


{# A sum, product or share of money: 4 decimals. #}
{% macro as_money(amount) -%}
    cast(round({{ amount }}, 4) as decimal(18, 4))
{%- endmacro %}


{#
    A quotient of money and a count (arpu): 4 decimals, half away from zero; NULL where the count is 0.
    Engines divide decimals as binary floats, so the quotient is found in whole units of 0.0001.
#}
{% macro money_per(amount, count) -%}
    case
        when {{ count }} > 0 then cast(cast(
            sign({{ amount }})
            * {{ integer_divide(
                '(2 * abs(' ~ money_units(amount) ~ ') + ' ~ count ~ ')', '(2 * ' ~ count ~ ')'
            ) }}
            as decimal(22, 0)
        ) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
    end
{%- endmacro %}


{# amount x part / whole: 4 decimals, half away from zero; 0 where the whole is 0. #}
{% macro money_share(amount, part, whole) -%}
    {%- set product = '(' ~ money_units(amount) ~ ' * ' ~ money_units(part) ~ ')' -%}
    {%- set divisor = 'abs(' ~ money_units(whole) ~ ')' -%}
    case
        when {{ whole }} = 0 then 0
        else cast(cast(
            sign({{ amount }}) * sign({{ part }}) * sign({{ whole }})
            * {{ integer_divide('(2 * abs(' ~ product ~ ') + ' ~ divisor ~ ')', '(2 * ' ~ divisor ~ ')') }}
            as decimal(22, 0)
        ) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
    end
{%- endmacro %}


{% macro money_units(amount) %}
    {{ return(adapter.dispatch('money_units', 'creator_warehouse')(amount)) }}
{% endmacro %}

{% macro duckdb__money_units(amount) -%}
    cast(cast({{ amount }} as decimal(30, 4)) * 10000 as hugeint)
{%- endmacro %}

{% macro spark__money_units(amount) -%}
    cast({{ amount }} * 10000 as decimal(19, 0))
{%- endmacro %}


{% macro integer_divide(dividend, divisor) %}
    {{ return(adapter.dispatch('integer_divide', 'creator_warehouse')(dividend, divisor)) }}
{% endmacro %}

{% macro duckdb__integer_divide(dividend, divisor) -%}
    ({{ dividend }} // {{ divisor }})
{%- endmacro %}

{% macro spark__integer_divide(dividend, divisor) -%}
    ({{ dividend }} div {{ divisor }})
{%- endmacro %}


{# A rate: a fraction as DOUBLE; NULL where the denominator is 0. #}
{% macro rate_of(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
