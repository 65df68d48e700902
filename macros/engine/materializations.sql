{#
    How tables are built on DuckDB so that a build does what is new and no more (see build_state.sql).

    table      built again only where its SQL, a parent or (where it reads it) as_of changed
    landed     rows of new files are added (lnd_ models)
    increment  rows of changed documents are replaced, others stay

    Each writes its line of build_state in the transaction that writes the rows.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {% if model.package_name == project_name and is_up_to_date() %}
        {{ return(leave_as_it_is()) }}
    {% endif %}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}


{% macro is_up_to_date() %}
    {% set existing = load_cached_relation(this) %}
    {% if flags.FULL_REFRESH or existing is none or not existing.is_table %}{{ return(false) }}{% endif %}
    {% set state = build_states([model.unique_id]).get(model.unique_id) %}
    {{ return(state is not none and state.inputs and state.inputs == build_inputs(sql).inputs) }}
{% endmacro %}


{% macro leave_as_it_is() %}
    {# a build killed after its commit may have left the table of before #}
    {% do drop_relation_if_exists(load_cached_relation(make_backup_relation(this, 'table'))) %}
    {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED') %}{% endcall %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmacro %}


{# create or replace, for a name that may hold a view from before #}
{% macro replace_table(relation, select_sql) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and not existing.is_table %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% call statement('main') %}
        create or replace table {{ relation }} as (
            {{ select_sql }}
        )
    {% endcall %}
{% endmacro %}


{% materialization landed, adapter='duckdb', supported_languages=['sql'] %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set contract = landing_contract(model.name | replace('lnd_', 'stg_')) %}
    {% set plan = landing_plan(contract) %}
    {% if not plan.rebuild and not plan.files %}{{ return(leave_as_it_is()) }}{% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if plan.rebuild %}
        {% do replace_table(target_relation, sql) %}
        {% do run_query('delete from ' ~ landed_files_relation() ~ " where node = '" ~ model.unique_id ~ "'") %}
    {% else %}
        {% call statement('main') %}
            insert into {{ target_relation }} by name (
                {{ sql }}
            )
        {% endcall %}
    {% endif %}
    {% if plan.files %}
        {% set remember_files %}
            insert into {{ landed_files_relation() }}
            select
                '{{ model.unique_id }}',
                file,
                cast(regexp_extract(file, 'dt=([0-9]{4}-[0-9]{2}-[0-9]{2})', 1) as date)
            from (select unnest({{ sql_text_list(plan.files) }}) as file)
        {% endset %}
        {% do run_query(remember_files) %}
    {% endif %}
    {% set number = build_number() %}
    {% set horizon = run_query('select cast(max(settles_at) as varchar) from ' ~ target_relation).columns[0].values()[0] %}
    {% do run_query(build_state_insert({
        'inputs': plan.signature,
        'version': local_md5(model.unique_id ~ number),
        'logic': local_md5(model.unique_id ~ number) if plan.rebuild else plan.state.logic,
        'horizon': horizon,
    })) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% materialization increment, adapter='duckdb', supported_languages=['sql'] %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set state = build_states([model.unique_id]).get(model.unique_id) %}
    {% set found = build_inputs(sql) %}
    {% set rebuild = flags.FULL_REFRESH or existing is none or not existing.is_table or state is none
        or state.logic != found.logic or state.as_of > as_of_text() %}
    {% if not rebuild and state.inputs == found.inputs and found.inputs %}{{ return(leave_as_it_is()) }}{% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if rebuild %}
        {% do replace_table(target_relation, sql) %}
    {% else %}
        {% set new_rows = make_temp_relation(target_relation) %}
        {% do run_query('create or replace temporary table ' ~ new_rows.identifier ~ ' as ('
            ~ sql | replace(every_document(), documents_changed_since(state)) ~ ')') %}
        {% set replaced = {
            'given': run_query('select count(*) from ' ~ new_rows.identifier).columns[0].values()[0],
            'taken': delete_changed_documents(target_relation, new_rows.identifier, state),
        } %}
        {% call statement('main') %}
            insert into {{ target_relation }} by name select * from {{ new_rows.identifier }}
        {% endcall %}
        {% do run_query('drop table ' ~ new_rows.identifier) %}
    {% endif %}
    {% set same = not rebuild and replaced.taken == 0 and replaced.given == 0 %}
    {% do run_query(build_state_insert({
        'inputs': found.inputs,
        'version': state.version if same else local_md5(model.unique_id ~ build_number()),
        'logic': found.logic,
        'horizon': found.horizon,
    })) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The condition that an increment narrows to the documents that changed; see documents_changed_since. #}
{% macro every_document() -%}
    (true or changed_in is null)
{%- endmacro %}


{# Documents with a new row, or that the as_of of that build still hid (a part of). #}
{% macro documents_changed_since(state) -%}
    (changed_in > {{ state.build }} or settles_at > timestamp '{{ state.as_of }}')
{%- endmacro %}


{#
    Takes away the rows that new ones replace, and those of documents that changed and have none left;
    returns how many. A document with a single row that has just landed has none to take away.
#}
{% macro delete_changed_documents(relation, new_rows, state) %}
    {% set changed %}
        delete from {{ relation }}
        where (platform, collection, document_id) in (
            select platform, collection, document_id from {{ new_rows }}
            {%- for contract in collections_above(model.unique_id) %}

            union all

            select '{{ contract.platform }}', '{{ contract.collection }}', document_id
            from {{ contract.base }}
            where
                {{ documents_changed_since(state) }}
                and (is_revised or settles_at > timestamp '{{ state.as_of }}')
                and document_id is not null
            {%- endfor %}
        )
    {% endset %}
    {{ return(run_query(changed).columns[0].values()[0]) }}
{% endmacro %}


{# The collections whose documents a model is made of: staging models above it, through models that only hide. #}
{% macro collections_above(unique_id) %}
    {% set found, seen, queue = [], [], [unique_id] %}
    {% for _ in range(1000) if queue %}
        {% set node = graph.nodes.get(queue.pop(), {}) %}
        {% if node.get('name', '').startswith(('stg_', 'base_')) %}
            {% set staging = node.name | replace('base_', 'stg_') %}
            {% if staging not in seen %}
                {% do seen.append(staging) %}
                {% set contract = landing_contract(staging) %}
                {% set base = graph.nodes['model.' ~ project_name ~ '.' ~ (staging | replace('stg_', 'base_'))] %}
                {% do found.append({
                    'platform': contract.platform,
                    'collection': contract.collection,
                    'base': api.Relation.create(database=base.database, schema=base.schema, identifier=base.alias),
                }) %}
            {% endif %}
        {% elif node.get('resource_type') == 'model' %}
            {% for parent in node.depends_on.nodes %}{% do queue.append(parent) %}{% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
