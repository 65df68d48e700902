{#
    Which files a build lands of a collection: those that are not there yet, or all of them where the
    table must be made anew: there is none, the contract or a seed it reads changed, a file that was landed is
    gone (another raw folder), --full-refresh.
#}
{% macro landing_plan(contract) %}
    {{ return(adapter.dispatch('landing_plan', 'creator_warehouse')(contract)) }}
{% endmacro %}

{% macro default__landing_plan(contract) %}
    {{ return({'rebuild': true, 'files': raw_files(contract.platform, contract.collection, contract.format)}) }}
{% endmacro %}

{% macro duckdb__landing_plan(contract) %}
    {% set files = raw_files(contract.platform, contract.collection, contract.format) %}
    {% set states = own_and_parents_states() %}
    {% set signature = landing_signature(contract, states) %}
    {% set state = states.get(model.unique_id) %}
    {% set plan = {'rebuild': true, 'files': files, 'signature': signature, 'state': state} %}
    {% set existing = adapter.get_relation(this.database, this.schema, this.identifier) %}
    {% if flags.FULL_REFRESH or state is none or state.inputs != signature or existing is none or not existing.is_table %}
        {{ return(plan) }}
    {% endif %}
    {% set landed = run_query(
        'select file, cast(dt as varchar) from ' ~ landing_table('landed_files') ~ " where node = '" ~ model.unique_id ~ "'"
    ).rows %}
    {% set names = {} %}
    {% for file in files %}{% do names.update({file: true}) %}{% endfor %}
    {% for row in landed %}
        {% if row[0] in names %}
            {% do names.pop(row[0]) %}
        {% elif row[1] <= as_of_date_text() %}
            {{ return(plan) }}
        {% endif %}
    {% endfor %}
    {% do plan.update({'rebuild': false, 'files': names.keys() | list}) %}
    {{ return(plan) }}
{% endmacro %}


{# Changes where the rows of the same files would come out otherwise. #}
{% macro landing_signature(contract, states) %}
    {% set versions = [] %}
    {% for parent in model.depends_on.nodes | sort if parent in states %}
        {% do versions.append(states[parent].version) %}
    {% endfor %}
    {% set engine = run_query('select version()').columns[0].values()[0] %}
    {{ return(local_md5(
        engine ~ versions | join(',') ~ duckdb__raw_rows_of(contract, '?', true) ~ judged_rows(contract, 'select 1', 0)
    )) }}
{% endmacro %}
