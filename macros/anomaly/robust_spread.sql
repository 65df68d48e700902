{#
    How far a metric usually strays from what is expected: the greatest of mad_factor x the median
    absolute deviation of its residuals (0 while there is no residual yet), a share of what is
    expected, a floor in the metric's unit and, for counts, the square root of what is expected (at
    least 1). `params` is the alias of a row of anomaly_params. NULL where nothing is expected.
#}
{% macro robust_spread(deviation, expected, params) -%}
    case
        when {{ expected }} is not null then
            greatest(
                cast({{ params }}.mad_factor as double) * coalesce({{ deviation }}, 0),
                cast({{ params }}.expected_share_floor as double) * {{ expected }},
                cast({{ params }}.spread_floor as double),
                case when {{ params }}.is_count then sqrt(greatest({{ expected }}, 1)) else 0 end
            )
    end
{%- endmacro %}
