{#
    Models that replace the rows of what changed and leave the others (materialized: increment):

    by documents    events of documents of their own (int_money): the road below is narrowed to
                    documents with new rows (every_document), by document_hash
    by keys         what is made per key (meta increment_by: [platform, user_id, business_date]) of the
                    rows of another such model: narrowed to the keys that changed there (every_key)

    A model whose children go by keys keeps the keys of the rows that it replaced (meta logs_changes_of).
    An increment gives the rows of a full build, or there is none: the model is made anew where its SQL, a
    seed, or a parent that is no increment has changed, where as_of goes back, or where a parent was made anew.
#}
{% materialization increment, adapter='duckdb', supported_languages=['sql'] %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set states = own_and_parents_states() %}
    {% set state = states.get(model.unique_id) %}
    {% set line = build_inputs(sql, states) %}
    {% set rebuild = flags.FULL_REFRESH or existing is none or not existing.is_table or state is none
        or state.logic != line.logic or state.as_of > as_of_text() or not parents_grew_since(state) %}
    {% if not rebuild and state.inputs == line.inputs and line.inputs %}{{ return(leave_as_it_is()) }}{% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% set number = build_number() %}
    {% if rebuild %}
        {% do replace_table(target_relation, sql) %}
        {% set same = false %}
        {% do line.update({'since': number}) %}
    {% else %}
        {% set same = replace_changed_rows(target_relation, sql, state) %}
        {% do line.update({'since': state.since}) %}
    {% endif %}
    {% do log_changes(number, rebuild, same) %}
    {% do line.update({'version': state.version if same else local_md5(model.unique_id ~ number)}) %}
    {% do run_query(build_state_insert(line)) %}
    {% do drop_temporary(['changed_keys', 'old_rows', 'new_rows']) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The condition that an increment narrows to the documents that changed; see documents_changed_since. #}
{% macro every_document() -%}
    (true or changed_in is null)
{%- endmacro %}


{# The condition that an increment narrows to the keys that changed. #}
{% macro every_key(columns) -%}
    (true or {{ columns | join(' is null or ') }} is null)
{%- endmacro %}


{#
    Documents, or landed rows, that are new, or that the as_of of that build still hid (a part of): two
    conditions that exclude each other. One at a time, the engine passes over what can't meet it without
    reading it; joined by `or`, it reads all of history.
#}
{% macro documents_changed_since(state, build_column='changed_in') %}
    {{ return([
        build_column ~ ' > ' ~ state.build,
        '(' ~ build_column ~ ' <= ' ~ state.build ~ " and settles_at > timestamp '" ~ state.as_of ~ "')",
    ]) }}
{% endmacro %}


{#
    Puts the new rows of what changed in the place of the old ones. What both say of the keys that children go
    by stays in temporary tables (old_rows, new_rows), for the log. Returns true where they are the same rows.
#}
{% macro replace_changed_rows(relation, model_sql, state) %}
    {% set by_keys = model.config.meta.get('increment_by') %}
    {% set has_changed = key_of(by_keys) ~ ' in (select key from changed_keys)' %}
    {% if by_keys %}
        {% do keep_temporary('changed_keys', changed_keys(by_keys, state)) %}
        {% do keep_temporary('new_rows', model_sql | replace(every_key(by_keys), has_changed)) %}
    {% else %}
        {% set parts = [] %}
        {% for condition in documents_changed_since(state) %}
            {% do parts.append('(' ~ model_sql | replace(every_document(), condition) ~ ')') %}
        {% endfor %}
        {% do keep_temporary('new_rows', parts | join(' union all by name ')) %}
        {% do keep_temporary('changed_keys', changed_documents(state)) %}
    {% endif %}
    {% set logged = model.config.meta.get('logs_changes_of', []) %}
    {% do keep_temporary(
        'old_rows', 'select ' ~ (['rowid as old_row'] + logged) | join(', ') ~ ' from ' ~ relation ~ ' where ' ~ has_changed
    ) %}
    {% set is_old = 'rowid in (select old_row from old_rows)' %}
    {% set counts = run_query('select (select count(*) from old_rows), (select count(*) from new_rows)').rows[0] %}
    {% set same = counts[0] == counts[1] and run_query(
        'select ' ~ rows_version('(select * from ' ~ relation ~ ' where ' ~ is_old ~ ')')
        ~ ' = ' ~ rows_version('new_rows')
    ).columns[0].values()[0] %}
    {% if not same %}
        {% do run_query('delete from ' ~ relation ~ ' where ' ~ is_old) %}
    {% endif %}
    {% call statement('main') %}
        insert into {{ relation }} by name
        select * from new_rows
        {%- if same %}
        where false
        {%- endif %}
    {% endcall %}
    {{ return(same) }}
{% endmacro %}


{# What tells the rows that go together, as one number. #}
{% macro key_of(columns) %}
    {{ return(row_hash(columns) if columns else 'document_hash') }}
{% endmacro %}


{% macro keep_temporary(name, select_sql) %}
    {% do run_query('create or replace temporary table ' ~ name ~ ' as (' ~ select_sql ~ ')') %}
{% endmacro %}


{% macro drop_temporary(names) %}
    {% for name in names %}{% do run_query('drop table if exists temp.' ~ name) %}{% endfor %}
{% endmacro %}


{#
    Documents whose rows have to go: those that have new ones, and those that changed and may have none
    left. One with a single row that has just landed has none to take away.
#}
{% macro changed_documents(state) %}
    select document_hash as key from new_rows
    {%- for collection in collections_above(model.unique_id) %}
    {%- for relation, has_changed in [
        (collection.revised, documents_changed_since(state) | join(' or ')),
        (collection.landed, "not is_revised and settles_at > timestamp '" ~ state.as_of ~ "'"),
    ] %}

    union

    select {{ document_hash("'" ~ collection.platform ~ "'", "'" ~ collection.collection ~ "'", 'document_id') }} as key
    from {{ relation }}
    where ({{ has_changed }}) and document_id is not null
    {%- endfor %}
    {%- endfor %}
{% endmacro %}


{# The keys of which a parent has new or other rows. #}
{% macro changed_keys(columns, state) %}
    {% set sources = [] %}
    {% for parent in incremental_parents() %}
        {% if parent.config.materialized == 'landed' %}
            {% do sources.append('select ' ~ key_of([document_key()]) ~ ' as key from ' ~ node_relation(parent)
                ~ ' where is_revised and (' ~ documents_changed_since(state, 'landed_in') | join(' or ') ~ ')') %}
        {% else %}
            {% do sources.append('select ' ~ key_of(columns) ~ ' as key from '
                ~ change_log(parent.unique_id) ~ ' where build > ' ~ state.build) %}
        {% endif %}
    {% endfor %}
    {{ return(sources | join(' union ')) }}
{% endmacro %}


{# Parents whose increments a model by keys can follow. #}
{% macro incremental_parents() %}
    {% set parents = [] %}
    {% if model.config.meta.get('increment_by') %}
        {% for unique_id in model.depends_on.nodes if unique_id.startswith('model.') %}
            {% set parent = graph.nodes[unique_id] %}
            {% if parent.config.materialized == 'landed' or parent.config.meta.get('logs_changes_of') %}
                {% do parents.append(parent) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(parents) }}
{% endmacro %}


{# Does what the parents kept of their changes reach back to the build of that line? #}
{% macro parents_grew_since(state) %}
    {% for parent in build_states(incremental_parents() | map(attribute='unique_id') | list).values() %}
        {% if parent.since is none or parent.since > state.build %}{{ return(false) }}{% endif %}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}


{# Where a model keeps the keys of the rows that its increments took away or brought. #}
{% macro change_log(unique_id) %}
    {{ return(landing_table('changes_of_' ~ unique_id.split('.')[-1])) }}
{% endmacro %}


{# Adds the keys of the rows just replaced, and drops what all children have followed. #}
{% macro log_changes(number, rebuild, same) %}
    {% set columns = model.config.meta.get('logs_changes_of') %}
    {% if not columns %}{{ return('') }}{% endif %}
    {% set log = change_log(model.unique_id) %}
    {% set keys = 'select distinct cast(' ~ number ~ ' as bigint) as build, ' ~ columns | join(', ') %}
    {% if rebuild %}
        {% do run_query('create or replace table ' ~ log ~ ' as ' ~ keys ~ ' from ' ~ this ~ ' where false') %}
    {% elif not same %}
        {% do run_query('delete from ' ~ log ~ ' where build <= ' ~ followed_by_all_children()) %}
        {% do run_query('insert into ' ~ log ~ ' ' ~ keys
            ~ ' from (select ' ~ columns | join(', ') ~ ' from old_rows union all select ' ~ columns | join(', ')
            ~ ' from new_rows)') %}
    {% endif %}
{% endmacro %}


{# The last build that every child by keys has seen; 0 where one was never built. #}
{% macro followed_by_all_children() %}
    {% set children = [] %}
    {% for node in graph.nodes.values() if model.unique_id in node.depends_on.nodes
        and node.config.meta.get('increment_by') %}
        {% do children.append(node.unique_id) %}
    {% endfor %}
    {% set states = build_states(children) %}
    {% if states | length < children | length %}{{ return(0) }}{% endif %}
    {{ return(states.values() | map(attribute='build') | min) }}
{% endmacro %}


{% macro node_relation(node) %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}


{% macro model_relation(name) %}
    {{ return(node_relation(graph.nodes['model.' ~ project_name ~ '.' ~ name])) }}
{% endmacro %}


{# The collections whose documents a model is made of: staging models above it, through models that only hide. #}
{% macro collections_above(unique_id) %}
    {% set found, seen, queue = [], [], [unique_id] %}
    {% for _ in range(1000) if queue %}
        {% set node = graph.nodes.get(queue.pop(), {}) %}
        {% if node.get('name', '').startswith(('stg_', 'base_', 'revised_')) %}
            {% set staging = node.name | replace('base_', 'stg_') | replace('revised_', 'stg_') %}
            {% if staging not in seen %}
                {% do seen.append(staging) %}
                {% set contract = landing_contract(staging) %}
                {% do found.append({
                    'platform': contract.platform,
                    'collection': contract.collection,
                    'landed': model_relation(staging | replace('stg_', 'lnd_')),
                    'revised': model_relation(staging | replace('stg_', 'revised_')),
                }) %}
            {% endif %}
        {% elif node.get('resource_type') == 'model' %}
            {% for parent in node.depends_on.nodes %}{% do queue.append(parent) %}{% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
