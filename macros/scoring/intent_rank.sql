{#
    In a query grouped by `key` and an intent, joined with audience_labels as `labels`: the place of the intent among
    those of the key, the most frequent first, ties by the seed.
#}
{% macro intent_rank(key) -%}
    row_number() over (partition by {{ key }} order by count(*) desc, min(labels.tie_order))
{%- endmacro %}
