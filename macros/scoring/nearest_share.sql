{# A share in percent, rounded to the nearest multiple of `step` (half up), in whole numbers. #}
{% macro nearest_share(part, whole, step) -%}
    case
        when {{ whole }} > 0 then
            {{ integer_divide(
                whole_number('200 * ' ~ part ~ ' + ' ~ step ~ ' * ' ~ whole),
                whole_number('2 * ' ~ step ~ ' * ' ~ whole)
            ) }} * {{ step }}
    end
{%- endmacro %}
