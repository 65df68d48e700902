{# The collections of all platforms, by the names of their staging models, for audits. #}
{% macro collection_names() %}
    {% set names = [] %}
    {% if execute %}
        {% for contract in landing_contracts() %}
            {% do names.append({
                'model': contract.model | replace('stg_', ''),
                'platform': contract.platform,
                'collection': contract.collection,
                'format': contract.format,
            }) %}
        {% endfor %}
    {% else %}
        {% for model in collection_models('stg') %}
            {% do names.append({'model': model | replace('stg_', ''), 'platform': '', 'collection': '', 'format': ''}) %}
        {% endfor %}
    {% endif %}
    {{ return(names) }}
{% endmacro %}
