{#
    How tables are built on DuckDB so that a build does what is new and no more (see build_state.sql).

    view       replaced in one statement: a build has more than a hundred of them
    table      built again only where its SQL, a parent or (where it reads it) as_of changed
    landed     rows of new files are added (lnd_ models)
    increment  rows of changed documents, or of changed keys, are replaced, others stay (increments.sql)

    Each writes its line of build_state in the transaction that writes the rows, or puts them in place (land_anew).
    Other engines build tables.
#}
{% materialization landed, adapter='spark', supported_languages=['sql'] %}
    {{ return(dbt.materialization_table_spark()) }}
{% endmaterialization %}


{% materialization increment, adapter='spark', supported_languages=['sql'] %}
    {{ return(dbt.materialization_table_spark()) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
    {% if model.package_name != project_name %}{{ return(dbt.materialization_view_default()) }}{% endif %}
    {% set target_relation = this.incorporate(type='view') %}
    {% set existing = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing is not none and not existing.is_view %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% call statement('main') %}
        create or replace view {{ target_relation }} as (
            {{ sql }}
        )
    {% endcall %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {% if model.package_name == project_name and is_up_to_date() %}
        {{ return(leave_as_it_is()) }}
    {% endif %}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}


{% macro is_up_to_date() %}
    {% set existing = load_cached_relation(this) %}
    {% if flags.FULL_REFRESH or existing is none or not existing.is_table %}{{ return(false) }}{% endif %}
    {% set states = own_and_parents_states() %}
    {% set state = states.get(model.unique_id) %}
    {{ return(state is not none and state.inputs and state.inputs == build_inputs(sql, states).inputs) }}
{% endmacro %}


{% macro leave_as_it_is() %}
    {# a build killed after its commit may have left the table of before #}
    {% do drop_relation_if_exists(load_cached_relation(make_backup_relation(this, 'table'))) %}
    {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED') %}{% endcall %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmacro %}


{# A name may hold a view from before. #}
{% macro drop_unless_table(relation) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and not existing.is_table %}{% do adapter.drop_relation(existing) %}{% endif %}
{% endmacro %}


{# create or replace, whatever the name holds #}
{% macro replace_table(relation, select_sql) %}
    {% do drop_unless_table(relation) %}
    {% call statement('main') %}
        create or replace table {{ relation }} as (
            {{ select_sql }}
        )
    {% endcall %}
{% endmacro %}


{% materialization landed, adapter='duckdb', supported_languages=['sql'] %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set contract = landing_contract(model.name | replace('lnd_', 'stg_')) %}
    {% set signature = signature_of(sql) %}
    {% set state = build_states([model.unique_id]).get(model.unique_id) %}
    {% set plan = landing_plan(contract, signature, state) %}
    {% if not plan.rebuild and not plan.files %}{{ return(leave_as_it_is()) }}{% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% set number = build_number() %}
    {% if plan.rebuild %}
        {% do land_anew(target_relation, sql) %}
        {% do run_query('delete from ' ~ landing_table('landed_files') ~ " where node = '" ~ model.unique_id ~ "'") %}
    {% else %}
        {% call statement('main') %}
            insert into {{ target_relation }} by name (
                {{ sql }}
            )
        {% endcall %}
        {% do mark_newly_revised_rows(target_relation, number) %}
    {% endif %}
    {% if plan.files %}
        {% set remember_files %}
            insert into {{ landing_table('landed_files') }}
            select
                '{{ model.unique_id }}',
                file,
                cast(regexp_extract(file, 'dt=([0-9]{4}-[0-9]{2}-[0-9]{2})', 1) as date)
            from (select unnest({{ sql_text_list(plan.files) }}) as file)
        {% endset %}
        {% do run_query(remember_files) %}
    {% endif %}
    {% do fetch_payloads_of_ties(target_relation, contract, only_new=not plan.rebuild) %}
    {% set horizon = run_query('select cast(max(settles_at) as varchar) from ' ~ target_relation).columns[0].values()[0] %}
    {% do run_query(build_state_insert({
        'inputs': signature,
        'version': local_md5(model.unique_id ~ number),
        'logic': local_md5(model.unique_id ~ number) if plan.rebuild else state.logic,
        'horizon': horizon,
        'since': number if plan.rebuild else state.since,
    })) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#
    Makes a landed table anew: written, marked and put in place by three transactions, of which the last
    stays open for the line of build_state. Rows that the transaction that wrote them changes again are kept in
    memory by DuckDB and written twice. An update and then a rename in one transaction leave a log that DuckDB
    1.5.6 can't read again. Killed before the last one, a build leaves the table of before.
#}
{% macro land_anew(relation, select_sql) %}
    {% set unfinished = api.Relation.create(
        database=relation.database, schema=relation.schema, identifier=relation.identifier ~ '__unfinished', type='table'
    ) %}
    {% do replace_table(unfinished, select_sql) %}
    {{ adapter.commit() }}
    {% do mark_revised_rows(unfinished) %}
    {% do drop_unless_table(relation) %}
    {% call statement('put_in_place') %}
        drop table if exists {{ relation }};
        alter table {{ unfinished }} rename to {{ relation.identifier }};
    {% endcall %}
{% endmacro %}


{# Marks the rows of documents that have more than one. #}
{% macro mark_revised_rows(relation) %}
    {% set key = key_of([document_key()]) %}
    {% set mark %}
        update {{ relation }} set is_revised = true
        where {{ key }} in (select {{ key }} from {{ relation }} group by 1 having count(*) > 1)
    {% endset %}
    {% do run_query(mark) %}
{% endmacro %}


{#
    The same after rows were added. The rows of the documents that got some are found once, by reading all ids,
    and stay in a temporary table (rows_of_new_documents) for fetch_payloads_of_ties.
#}
{% macro mark_newly_revised_rows(relation, build) %}
    {% set key = key_of([document_key()]) %}
    {% do keep_temporary(
        'rows_of_new_documents',
        'select rowid as landed_row, ' ~ key ~ ' as key, is_revised from ' ~ relation
        ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ relation ~ ' where landed_in = ' ~ build ~ ')'
    ) %}
    {% set mark %}
        update {{ relation }} set is_revised = true
        where rowid in (
            select landed_row
            from rows_of_new_documents
            where
                not is_revised
                and key in (select key from rows_of_new_documents group by key having count(*) > 1)
        )
    {% endset %}
    {% do run_query(mark) %}
{% endmacro %}


{#
    Where two rows of a document are equal in all that orders its versions but their texts, the text decides.
    It is read again, from the files of the dates on which such rows arrived; there are few, and mostly none.
    only_new: of the documents that got rows (mark_newly_revised_rows), for the others have theirs.
#}
{% macro fetch_payloads_of_ties(relation, contract, only_new) %}
    {% do keep_temporary('tied_rows', '
        with revised as (
            select *, ' ~ row_hash([document_key()] + version_columns(contract.format)) ~ ' as place
            from ' ~ relation ~ '
            where is_revised' ~ (' and rowid in (select landed_row from rows_of_new_documents)' if only_new else '') ~ '
        ),
        ties as (
            select place
            from revised
            group by place
            having min(row_id) <> max(row_id)
        )
        select row_id, dt from revised where payload is null and place in (select place from ties)
    ') %}
    {% set files = run_query(
        'select file from ' ~ landing_table('landed_files') ~ " where node = '" ~ model.unique_id
        ~ "' and dt in (select dt from tied_rows) order by file"
    ).columns[0].values() | list %}
    {% if files %}
        {% set fetch %}
            with raw_rows as (

                {{ raw_rows(contract, files) }}

            ),

            texts as (

                select distinct {{ raw_row_id() }} as row_id, {{ nullif_blank('payload') }} as payload
                from raw_rows
                where {{ raw_row_id() }} in (select row_id from tied_rows)

            )

            update {{ relation }} as landed set payload = texts.payload
            from texts
            where landed.is_revised and landed.payload is null and landed.row_id = texts.row_id
                and {{ row_hash(['landed.row_id', 'landed.dt']) }} in (
                    select {{ row_hash(['row_id', 'dt']) }} from tied_rows
                )
        {% endset %}
        {% do run_query(fetch) %}
    {% endif %}
    {% do drop_temporary(['tied_rows', 'rows_of_new_documents']) %}
{% endmacro %}
