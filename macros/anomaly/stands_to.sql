{# Does the left side stand to the right side as the text of a comparison says? #}
{% macro stands_to(comparison, left_side, right_side) -%}
    case {{ comparison }}
        when '<' then {{ left_side }} < {{ right_side }}
        when '<=' then {{ left_side }} <= {{ right_side }}
        when '>' then {{ left_side }} > {{ right_side }}
        when '>=' then {{ left_side }} >= {{ right_side }}
        when '=' then {{ left_side }} = {{ right_side }}
    end
{%- endmacro %}
