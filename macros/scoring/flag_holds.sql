{#
    Does a row of risk_flags hold? Its measure is one of the named columns; its comparison and limit
    come from the seed; a NULL measure never holds. Rounded far below what matters: a ratio at its limit must
    not pass it by its binary noise.
#}
{% macro flag_holds(flags, measures, alias) -%}
    {%- set value -%}
        case {{ flags }}.measure
            {%- for measure in measures %}
            when '{{ measure }}' then round(cast({{ alias }}.{{ measure }} as double), 12)
            {%- endfor %}
        end
    {%- endset -%}
    case {{ flags }}.comparison
        when '>' then {{ value }} > cast({{ flags }}.limit_value as double)
        when '>=' then {{ value }} >= cast({{ flags }}.limit_value as double)
        when '<' then {{ value }} < cast({{ flags }}.limit_value as double)
        when '<=' then {{ value }} <= cast({{ flags }}.limit_value as double)
        when '=' then {{ value }} = cast({{ flags }}.limit_value as double)
        else false
    end
{%- endmacro %}
