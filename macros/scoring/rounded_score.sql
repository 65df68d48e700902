{#
    A score (0 or more): 2 decimals, half up. Scores are computed as DOUBLE; the little that is added keeps
    a tie a tie where the binary number falls just short of it.
#}
{% macro rounded_score(score) -%}
    round(cast({{ score }} as double) + 0.00000000001, 2)
{%- endmacro %}


{#
    The condition of a join on risk_levels: the band that holds a score (score_from <= score < score_below).
    `levels` is the alias of risk_levels.
#}
{% macro is_in_band(score, levels) -%}
    {{ score }} >= {{ levels }}.score_from
    and ({{ levels }}.score_below is null or {{ score }} < {{ levels }}.score_below)
{%- endmacro %}


{# Points that fall in a straight line: all up to `full_below`, none from `zero_from` on. #}
{% macro falling_points(value, full_below, zero_from, max_points) -%}
    case
        when {{ value }} < {{ full_below }} then {{ max_points }}
        when {{ value }} >= {{ zero_from }} then 0
        else {{ max_points }} * ({{ zero_from }} - {{ value }}) / ({{ zero_from }} - {{ full_below }})
    end
{%- endmacro %}
