{#
    The contract of a collection is written once: in the YAML of its staging model. The model's meta
    names platform, collection and format; each column's meta names the raw field:

        field       raw name in the document (nested: paywallConfig.enabled)
        type        id | text | enum | currency | country | number | integer | boolean | timestamp
                    | geo | text_list
        required    the row is quarantined without it
        event_time  the collection's event time
        min, max    bounds; a required number outside is quarantined, an optional one is lost
        values      of an enum (lower case); anything else is `other`
        default     value where the field is absent

    From it come the typed columns, the reasons of the quarantine and the parse losses.
#}
{% macro landing_contract(staging_model) %}
    {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ staging_model] %}
    {% set meta = node.config.meta %}
    {% set fields = [] %}
    {% for name, column in node.columns.items() %}
        {% set column_meta = (column.config or {}).get('meta') or column.meta or {} %}
        {% if column_meta.get('field') %}
            {% do fields.append(dict(column_meta, column=name)) %}
        {% endif %}
    {% endfor %}
    {{ return({
        'model': staging_model,
        'platform': meta.platform,
        'collection': meta.collection,
        'format': meta.format,
        'id_field': meta.get('id_field'),
        'fields': fields,
        'event_time': (fields | selectattr('event_time', 'defined') | list | first),
    }) }}
{% endmacro %}


{# The contracts of all collections, by platform and collection. #}
{% macro landing_contracts() %}
    {% set contracts = [] %}
    {% for node in graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('package_name', 'equalto', project_name)
        if node.config.meta.get('collection') and node.name.startswith('stg_') %}
        {% do contracts.append(landing_contract(node.name)) %}
    {% endfor %}
    {{ return(contracts | sort(attribute='collection') | sort(attribute='platform')) }}
{% endmacro %}


{# Struct members that hold a field: a geo field is two numbers. #}
{% macro field_columns(field) %}
    {% if field.type == 'geo' %}
        {{ return([field.column, field.column | replace('latitude', 'longitude')]) }}
    {% endif %}
    {{ return([field.column]) }}
{% endmacro %}
