{#
    engagement_score: 100 x the weighted shares of sessions, active dates and interactions of a
    trailing window, each at most full. `params` is the alias of a row with the churn params.
#}
{% macro engagement_score(sessions, active_dates, interactions, params) -%}
    100 * (
        {%- for name, value in [
            ('sessions', sessions), ('active_dates', active_dates), ('interactions', interactions)
        ] %}
        {{ params }}.engagement_{{ name }}_weight
        * cast(least({{ value }}, {{ params }}.engagement_{{ name }}_full) as double)
        / {{ params }}.engagement_{{ name }}_full
        {%- if not loop.last %} +{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
