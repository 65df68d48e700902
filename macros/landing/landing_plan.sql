{#
    Which files a build lands of a collection: those that are not there yet, or all of them where the
    table must be made anew: there is none, the contract or a seed it reads changed, a file that was landed is
    gone (another raw folder), --full-refresh. `state` is the last line of the model at hand, none where it has none.
#}
{% macro landing_plan(contract, signature, state) %}
    {{ return(adapter.dispatch('landing_plan', 'creator_warehouse')(contract, signature, state)) }}
{% endmacro %}

{% macro default__landing_plan(contract, signature, state) %}
    {{ return({'rebuild': true, 'files': raw_files(contract.platform, contract.collection, contract.format)}) }}
{% endmacro %}

{% macro duckdb__landing_plan(contract, signature, state) %}
    {% set files = raw_files(contract.platform, contract.collection, contract.format) %}
    {% set plan = {'rebuild': true, 'files': files} %}
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


{#
    Changes where the rows of the same files would come out otherwise: a hash of the engine, the seeds read, the
    reader and the SQL that judges rows (`judging`). It stands in the first line of the compiled SQL, so that the
    materialization need not make all of that SQL again.
#}
{% macro landing_signature(contract, judging, states) %}
    {{ return(adapter.dispatch('landing_signature', 'creator_warehouse')(contract, judging, states)) }}
{% endmacro %}

{% macro default__landing_signature(contract, judging, states) %}
    {{ return('') }}
{% endmacro %}

{% macro duckdb__landing_signature(contract, judging, states) %}
    {% set versions = [] %}
    {% for parent in model.depends_on.nodes | sort if parent in states %}
        {% do versions.append(states[parent].version) %}
    {% endfor %}
    {% set engine = run_query('select version()').columns[0].values()[0] %}
    {{ return(local_md5(engine ~ versions | join(',') ~ duckdb__raw_rows_of(contract, '?', true) ~ judging)) }}
{% endmacro %}


{% macro signature_line(signature) -%}
    {% if signature %}-- landing signature: {{ signature }}
{% endif %}
{%- endmacro %}


{% macro signature_of(compiled_sql) %}
    {{ return(compiled_sql.strip().split('\n')[0].split(': ')[1]) }}
{% endmacro %}
