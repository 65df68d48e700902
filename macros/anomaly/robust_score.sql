{#
    Spreads between a value and what is expected, below it negative: 2 decimals, half away from zero.
    NULL where a part is missing or the spread is 0.
#}
{% macro robust_score(value, expected, spread) -%}
    case
        when {{ spread }} > 0 then
            sign({{ value }} - {{ expected }})
            * {{ rounded_score('abs(' ~ value ~ ' - ' ~ expected ~ ') / ' ~ spread) }}
    end
{%- endmacro %}


{# The bound that an unusual value crossed: score_limit spreads from what is expected, on its side. #}
{% macro robust_bound(value, expected, spread, score_limit) -%}
    {{ expected }} + sign({{ value }} - {{ expected }}) * cast({{ score_limit }} as double) * {{ spread }}
{%- endmacro %}
