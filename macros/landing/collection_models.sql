{#
    Names of a layer's models (lnd, base, stg) for a platform, or all platforms and ops. dbt must
    know them before it runs anything, so they are listed in the var `collections`; a test compares
    the list with the contracts.
#}
{% macro collection_models(layer, platform=none) %}
    {% set names = var('collections') %}
    {% set models = [] %}
    {% for owner, collections in names.items() if platform is none or owner == platform %}
        {% for collection in collections %}
            {% do models.append(layer ~ '_' ~ owner ~ '__' ~ collection) %}
        {% endfor %}
    {% endfor %}
    {{ return(models) }}
{% endmacro %}
