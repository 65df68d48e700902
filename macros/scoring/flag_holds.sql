{#
    Does a row of risk_flags hold? Its measure, and the count that must be reached too, are named columns;
    comparison and limits come from the seed; a NULL measure never holds. Rounded far below what matters: a
    ratio at its limit must not pass it by its binary noise.
#}
{% macro flag_holds(flags, measures, alias) -%}
    coalesce({{ stands_to(
        flags ~ '.comparison',
        'round(' ~ named_measure(flags ~ '.measure', measures, alias) ~ ', 12)',
        'cast(' ~ flags ~ '.limit_value as double)'
    ) }}, false)
    and (
        {{ flags }}.min_count is null
        or {{ named_measure(flags ~ '.count_measure', measures, alias) }} >= {{ flags }}.min_count
    )
{%- endmacro %}


{# The column, one of `measures`, that a cell of a seed names. #}
{% macro named_measure(name, measures, alias) -%}
    case {{ name }}
        {%- for measure in measures %}
        when '{{ measure }}' then cast({{ alias }}.{{ measure }} as double)
        {%- endfor %}
    end
{%- endmacro %}
