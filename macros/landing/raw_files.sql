{#
    Which raw files a build sees. {raw_dir}/{platform}/{collection}/dt=YYYY-MM-DD/*.{extension};
    a file is visible when its dt (arrival date, UTC) is not after the date of as_of.
    A missing folder is an empty collection.
#}
{% macro raw_dir() %}
    {{ return((var('raw_dir', '') or env_var('WAREHOUSE_RAW_DIR', 'data/raw')) | string | trim | replace('\\', '/')) }}
{% endmacro %}


{% macro raw_extensions(format) %}
    {{ return(['parquet'] if format == 'changelog' else ['ndjson', 'ndjson.gz']) }}
{% endmacro %}


{# Paths of the visible files of a collection, sorted. #}
{% macro raw_files(platform, collection, format) %}
    {{ return(adapter.dispatch('raw_files', 'creator_warehouse')(platform, collection, format)) }}
{% endmacro %}

{% macro duckdb__raw_files(platform, collection, format) %}
    {% set query %}
        select file
        from {{ landing_table('raw_file_list') if flags.WHICH in ['run', 'build'] else '(' ~ list_raw_files() ~ ')' }}
        where
            platform = '{{ platform }}'
            and collection = '{{ collection }}'
            and extension in (
                {%- for extension in raw_extensions(format) %}'{{ extension }}'{% if not loop.last %}, {% endif %}{% endfor -%}
            )
            and dt <= '{{ as_of_date_text() }}'
            {%- if var('skip_bad_files') | as_bool and landing_table_exists('raw_file_checks') %}
            and file not in (select file from {{ landing_table('raw_file_checks') }} where problem is not null)
            {%- endif %}
        order by file
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}


{# Every raw file there is: platform, collection, dt (text), extension, file. #}
{% macro list_raw_files() -%}
    {%- set shape = '/([^/]+)/([^/]+)/dt=([0-9]{4}-[0-9]{2}-[0-9]{2})/[^/]*[.](parquet|ndjson|ndjson[.]gz)$' -%}
    select
        file,
        regexp_extract(path, '{{ shape }}', 1) as platform,
        regexp_extract(path, '{{ shape }}', 2) as collection,
        regexp_extract(path, '{{ shape }}', 3) as dt,
        regexp_extract(path, '{{ shape }}', 4) as extension
    from (
        select
            file,
            replace(file, '\', '/') as path
        from glob('{{ raw_dir().rstrip('/') | replace("'", "''") }}/*/*/dt=*/*')
    ) as files
    where try_cast(regexp_extract(path, '{{ shape }}', 3) as date) is not null
{%- endmacro %}


{# Spark reads whole folders: the list says which collections and days there are. #}
{% macro spark__raw_files(platform, collection, format) %}
    {% if not run_query("show tables like 'raw_file_list'").rows %}
        {% do spark__list_raw_files() %}
    {% endif %}
    {% set query %}
        select path
        from raw_file_list
        where
            platform = '{{ platform }}'
            and collection = '{{ collection }}'
            and dt <= '{{ as_of_date_text() }}'
            and extension in (
                {%- for extension in raw_extensions(format) %}'{{ extension }}'{% if not loop.last %}, {% endif %}{% endfor -%}
            )
        order by path
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}


{# All raw files, listed once per run and not opened; kept in memory as a temporary view. #}
{% macro spark__list_raw_files() %}
    {% do run_query(
        "create or replace temporary view raw_file_scan using binaryFile options (path '"
        ~ raw_dir().rstrip('/') ~ "', recursiveFileLookup 'true', pathGlobFilter '*.{parquet,ndjson,gz}')"
    ) %}
    {% set shape = '/([^/]+)/([^/]+)/dt=([0-9]{4}-[0-9]{2}-[0-9]{2})/[^/]*[.](parquet|ndjson|ndjson[.]gz)$' %}
    {% do run_query('uncache table if exists raw_file_list') %}
    {% do run_query('drop view if exists raw_file_list') %}
    {% set query %}
        cache table raw_file_list as
        select
            path,
            regexp_extract(path, '{{ shape }}', 1) as platform,
            regexp_extract(path, '{{ shape }}', 2) as collection,
            regexp_extract(path, '{{ shape }}', 3) as dt,
            regexp_extract(path, '{{ shape }}', 4) as extension
        from raw_file_scan
        where try_cast(regexp_extract(path, '{{ shape }}', 3) as date) is not null
    {% endset %}
    {% do run_query(query) %}
{% endmacro %}


{#
    on-run-start of run and build: opens every visible file not yet known to be good. A file that
    can't be opened stops the build with one error that names it; with skip_bad_files it is kept in
    raw_file_checks, which the model quarantine_files shows and the landing leaves out.
#}
{% macro check_raw_files() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {% do adapter.dispatch('check_raw_files', 'creator_warehouse')() %}
    {% endif %}
{% endmacro %}

{% macro default__check_raw_files() %}
{% endmacro %}

{# Spark stops by itself at a file that it can't read; the files are only listed here. #}
{% macro spark__check_raw_files() %}
    {% do spark__list_raw_files() %}
{% endmacro %}

{% macro duckdb__check_raw_files() %}
    {% set checks = landing_table('raw_file_checks') %}
    {% do run_query(
        'create table if not exists ' ~ checks
        ~ ' (file varchar, platform varchar, collection varchar, dt date, problem varchar)'
    ) %}
    {% do run_query('create or replace table ' ~ landing_table('raw_file_list') ~ ' as ' ~ list_raw_files()) %}
    {# a bad file may have been replaced by a whole one: look again #}
    {% do run_query('delete from ' ~ checks ~ ' where problem is not null') %}
    {# text files of a remote folder are fetched by the engine: Python opens local ones only #}
    {% set remote_formats = ['ndjson', 'mongo'] if '://' in raw_dir() else [] %}
    {% do run_query('insert into ' ~ checks ~ ' ' ~ unknown_raw_files('raw_file_problem(file)', remote_formats)) %}
    {% if remote_formats %}
        {% set unknown = run_query(
            'select file from (' ~ unknown_raw_files('null', ['changelog']) ~ ') as files'
        ).columns[0].values() | list %}
        {% if unknown %}
            {% do run_query(
                'insert into ' ~ checks ~ ' select files.* replace (raw_blob_problem(files.file, blobs.content) as problem) from ('
                ~ unknown_raw_files('null', ['changelog']) ~ ') as files inner join read_blob('
                ~ sql_text_list(unknown) ~ ') as blobs on files.file = blobs.filename'
            ) %}
        {% endif %}
    {% endif %}
    {% set bad = run_query(
        'select file, problem from ' ~ checks ~ ' where problem is not null order by file'
    ).rows %}
    {% if bad and not (var('skip_bad_files') | as_bool) %}
        {% set more = (' (and ' ~ (bad | length - 1) ~ ' more)') if bad | length > 1 else '' %}
        {% do exceptions.raise_compiler_error(
            'Raw file ' ~ bad[0][0] ~ ' can not be opened: ' ~ bad[0][1] ~ more
            ~ '. Deliver it again, or build with --vars "{skip_bad_files: true}" to leave it out '
            ~ 'and have it listed in quarantine_files.'
        ) %}
    {% endif %}
{% endmacro %}


{# Visible files that were never opened, but those of some formats, with what is wrong with them. #}
{% macro unknown_raw_files(problem, formats_left_out) -%}
    select
        file,
        platform,
        collection,
        cast(dt as date) as dt,
        {{ problem }} as problem
    from {{ landing_table('raw_file_list') }}
    where
        dt <= '{{ as_of_date_text() }}'
        and file not in (select file from {{ landing_table('raw_file_checks') }})
        and (platform, collection, extension) in (
            {%- set readable = [] -%}
            {%- for contract in landing_contracts() if contract.format not in formats_left_out -%}
            {%- for extension in raw_extensions(contract.format) -%}
            {%- do readable.append("('" ~ contract.platform ~ "', '" ~ contract.collection ~ "', '" ~ extension ~ "')") -%}
            {%- endfor -%}
            {%- endfor %}
            {{ readable | join(', ') }}
        )
    order by file
{%- endmacro %}


{% macro sql_text_list(texts) -%}
    [
        {%- for text in texts %}'{{ text | replace("'", "''") }}'{% if not loop.last %}, {% endif %}{% endfor -%}
    ]
{%- endmacro %}


{# Files that could not be opened and were left out of this build (skip_bad_files). #}
{% macro bad_raw_files() %}
    {{ return(adapter.dispatch('bad_raw_files', 'creator_warehouse')()) }}
{% endmacro %}

{% macro default__bad_raw_files() -%}
    select
        cast(null as {{ dbt.type_string() }}) as platform,
        cast(null as {{ dbt.type_string() }}) as collection,
        cast(null as {{ dbt.type_string() }}) as file,
        cast(null as date) as dt,
        cast(null as {{ dbt.type_string() }}) as problem
    where 1 = 0
{%- endmacro %}

{% macro duckdb__bad_raw_files() -%}
    {%- if execute and landing_table_exists('raw_file_checks') -%}
    select platform, collection, file, dt, problem
    from {{ landing_table('raw_file_checks') }}
    where problem is not null
    {%- else -%}
    {{ default__bad_raw_files() }}
    {%- endif -%}
{%- endmacro %}
