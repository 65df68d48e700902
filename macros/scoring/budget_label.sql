{#
    A viewer's budget: the level of the tokens, one higher where the frequency of purchases has a
    higher level. `params` is the alias of a row with the audience params.
#}
{% macro budget_label(tokens, purchases, params) -%}
    {%- set token_level -%}
        case
            when {{ tokens }} > {{ params }}.budget_tokens_high_above then 2
            when {{ tokens }} >= {{ params }}.budget_tokens_mid_from then 1
            else 0
        end
    {%- endset -%}
    {%- set frequency_level -%}
        case
            when {{ purchases }} > {{ params }}.budget_frequency_high_above * {{ params }}.budget_window_months then 2
            when {{ purchases }} >= {{ params }}.budget_frequency_mid_from * {{ params }}.budget_window_months then 1
            else 0
        end
    {%- endset -%}
    case {{ token_level }} + case when {{ frequency_level }} > {{ token_level }} then 1 else 0 end
        when 0 then 'low'
        when 1 then 'mid'
        else 'high'
    end
{%- endmacro %}
