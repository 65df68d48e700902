{#
    What the warehouse remembers of its last builds, so that a build does what is new and no more. One
    table, landing.build_state: each line is written in the same transaction as the data it speaks of,
    so a build killed at any point leaves both or neither.

        node        unique id of a model or seed
        build       number of the build that wrote the line
        inputs      hash of all that the rows come from: SQL, versions of the parents, as_of where it matters
        version     hash of a table's rows, or of a view's origin; a child is built again where a parent's is new
        logic       the same without arrivals of data: an incremental model starts anew where it is new
        as_of       the instant the rows were built for
        horizon     from this as_of on as_of changes nothing (landing and what only hides by as_of)
        since       number of the build that made an incremental model anew; increments were added after it

    Engines without this table (Spark) build everything every time.
#}
{% macro build_state_relation() %}
    {{ return(landing_table('build_state')) }}
{% endmacro %}


{# A table that the warehouse keeps for itself, beside the models of the landing. #}
{% macro landing_table(name) %}
    {{ return(api.Relation.create(
        database=target.database, schema='landing', identifier=name, type='table'
    )) }}
{% endmacro %}


{# Asked of the database: dbt's cache does not know a table that a hook made in this run. #}
{% macro landing_table_exists(name) %}
    {% set found = run_query(
        "select count(*) from information_schema.tables where table_schema = 'landing' and table_name = '"
        ~ name ~ "'"
    ) %}
    {{ return(found.columns[0].values()[0] > 0) }}
{% endmacro %}


{% macro keeps_build_state() %}
    {{ return(target.type == 'duckdb') }}
{% endmacro %}


{# on-run-start: makes the table, drops lines that a later one replaced, counts this build. #}
{% macro start_build() %}
    {% if execute and keeps_build_state() and flags.WHICH in ['run', 'build', 'seed', 'snapshot'] %}
        {% set state = build_state_relation() %}
        {% do adapter.create_schema(state) %}
        {% do run_query(
            'create table if not exists ' ~ state ~ ' (node varchar, build bigint, inputs varchar, '
            ~ 'version varchar, logic varchar, as_of timestamp, horizon timestamp, since bigint)'
        ) %}
        {% do run_query('alter table ' ~ state ~ ' add column if not exists since bigint') %}
        {% do run_query(
            'create table if not exists ' ~ landing_table('landed_files') ~ ' (node varchar, file varchar, dt date)'
        ) %}
        {% do run_query(
            'delete from ' ~ state ~ ' as older where exists (select 1 from ' ~ state
            ~ ' as newer where newer.node = older.node and newer.build > older.build)'
        ) %}
        {# what a killed build left unfinished (land_anew) #}
        {% for name in run_query(
            "select table_name from information_schema.tables where table_schema = 'landing' "
            ~ "and ends_with(table_name, '__unfinished')"
        ).columns[0].values() %}
            {% do run_query('drop table ' ~ landing_table(name)) %}
        {% endfor %}
        {# a number of its own for this build, greater than that of any line before #}
        {% do run_query(
            'insert into ' ~ state ~ " (node, build) select 'build', coalesce(max(build), 0) + 1 from " ~ state
        ) %}
    {% endif %}
{% endmacro %}


{# The number of this build; 0 where nothing is remembered. #}
{% macro build_number() %}
    {% if not (execute and has_build_state()) %}{{ return(0) }}{% endif %}
    {% set found = run_query(
        "select coalesce(max(build), 0) from " ~ build_state_relation() ~ " where node = 'build'"
    ) %}
    {{ return(found.columns[0].values()[0]) }}
{% endmacro %}


{% macro has_build_state() %}
    {% if not keeps_build_state() %}{{ return(false) }}{% endif %}
    {% if flags.WHICH in ['run', 'build', 'seed', 'snapshot'] %}{{ return(true) }}{% endif %}
    {{ return(landing_table_exists('build_state')) }}
{% endmacro %}


{# The last line of each of these nodes: a dict by unique id. #}
{% macro build_states(nodes) %}
    {% set states = {} %}
    {% if nodes and has_build_state() %}
        {% set query %}
            select node, build, inputs, version, logic, cast(as_of as varchar), cast(horizon as varchar), since
            from {{ build_state_relation() }}
            where node in ({% for node in nodes %}'{{ node }}'{% if not loop.last %}, {% endif %}{% endfor %})
            order by build
        {% endset %}
        {% for row in run_query(query).rows %}
            {% do states.update({row[0]: {
                'build': row[1], 'inputs': row[2], 'version': row[3], 'logic': row[4], 'as_of': row[5],
                'horizon': row[6], 'since': row[7]
            }}) %}
        {% endfor %}
    {% endif %}
    {{ return(states) }}
{% endmacro %}


{# The last lines of the model at hand and of its parents, asked for once: a statement costs dbt some milliseconds. #}
{% macro own_and_parents_states() %}
    {{ return(build_states([model.unique_id] + model.depends_on.nodes)) }}
{% endmacro %}


{#
    What the rows of the model at hand come from: inputs, logic and horizon, from its SQL and the last
    lines of its parents (`states`). inputs is empty where a parent (a snapshot, a model never built) has no line.
#}
{% macro build_inputs(model_sql, states) %}
    {% set parents = model.depends_on.nodes | sort %}
    {% set hides = model.config.meta.get('as_of') == 'hides' %}
    {% set versions, logics, horizons = [], [], [] %}
    {% for parent in parents if parent in states %}
        {% do versions.append(states[parent].version) %}
        {% do logics.append(states[parent].logic) %}
        {% if states[parent].horizon %}{% do horizons.append(states[parent].horizon) %}{% endif %}
    {% endfor %}
    {% set horizon = (horizons | max) if hides and horizons else none %}
    {% set sql_text = model_sql ~ contract_text() ~ model.config.meta.get('increment_by', '')
        ~ model.config.meta.get('logs_changes_of', '') %}
    {% set moment = as_of_text() %}
    {% if hides %}
        {% set sql_text = sql_text | replace(as_of_text(), 'as_of') | replace(as_of_date_text(), 'as_of') %}
        {% if horizon is none or horizon <= as_of_text() %}{% set moment = 'settled' %}{% endif %}
    {% else %}
        {% set moment = '' %}
    {% endif %}
    {% set known = versions | length == parents | length %}
    {{ return({
        'inputs': local_md5(sql_text ~ moment ~ versions | join(',')) if known else '',
        'logic': local_md5(sql_text ~ logics | join(',')),
        'horizon': horizon,
        'hides': hides,
    }) }}
{% endmacro %}


{# The columns and types that a contract promises: the table is made of them too. #}
{% macro contract_text() %}
    {% set columns = [] %}
    {% if model.config.contract.enforced %}
        {% for column in model.columns.values() %}{% do columns.append(column.name ~ ' ' ~ column.data_type) %}{% endfor %}
    {% endif %}
    {{ return(columns | join(',')) }}
{% endmacro %}


{# post-hook of models and seeds: the line of what was just built. #}
{% macro remember_build() %}
    {% if not (execute and keeps_build_state()) or model.resource_type == 'snapshot' %}{{ return('') }}{% endif %}
    {% if model.resource_type == 'seed' %}
        {% set version = local_md5(model.checksum.checksum) %}
        {{ return(build_state_insert({'inputs': version, 'version': version, 'logic': version})) }}
    {% endif %}
    {% if model.config.materialized in ('landed', 'increment') %}{{ return('') }}{% endif %}
    {% set line = build_inputs(model.compiled_code, build_states(model.depends_on.nodes)) %}
    {% do line.update({'version': line.inputs or local_md5(model.unique_id ~ invocation_id)}) %}
    {% if model.config.materialized == 'table' %}
        {% do line.update({'version_sql': rows_version(this)}) %}
    {% endif %}
    {% if not line.hides %}{% do line.update({'logic': none}) %}{% endif %}
    {{ return(build_state_insert(line)) }}
{% endmacro %}


{#
    The version of a table is that of its rows (how many, and the sum of their hashes), so that children
    are left as they are where a new as_of or new files changed nothing here.
#}
{% macro rows_version(rows) -%}
    (select md5(count(*) || '-' || coalesce(sum(hash(kept)), 0)) from {{ rows }} as kept)
{%- endmacro %}


{# Writes a line; version_sql in place of version: computed from rows; no logic: that of the version. #}
{% macro build_state_insert(line) -%}
    insert into {{ build_state_relation() }} (node, build, inputs, version, logic, as_of, horizon, since)
    select
        '{{ model.unique_id }}',
        (select max(build) from {{ build_state_relation() }} where node = 'build'),
        '{{ line.inputs }}',
        versions.version,
        {% if line.logic is none %}versions.version{% else %}'{{ line.logic }}'{% endif %},
        timestamp '{{ as_of_text() }}',
        {% if line.get('horizon') %}timestamp '{{ line.horizon }}'{% else %}null{% endif %},
        {{ line.get('since') or 'null' }}
    from (select {{ line.get('version_sql') or "'" ~ line.version ~ "'" }} as version) as versions
{%- endmacro %}
