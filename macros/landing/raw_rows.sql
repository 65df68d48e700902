{#
    The rows of files of a collection as they lie there: one shape for all formats.

        document_name, document_id, event_id, operation   texts, NULL where the format has none
        committed_at    when the change was committed (change log only; the epoch where NULL)
        payload         the document's JSON text
        old_payload     the document before the change (change log only)
        dt              arrival date
#}
{% macro raw_rows(contract, files) %}
    {{ return(adapter.dispatch('raw_rows', 'creator_warehouse')(contract, files)) }}
{% endmacro %}


{% macro duckdb__raw_rows(contract, files) -%}
    {%- if not files -%}
    select
        cast(null as varchar) as document_name,
        cast(null as varchar) as document_id,
        cast(null as varchar) as event_id,
        cast(null as varchar) as operation,
        cast(null as timestamp) as committed_at,
        cast(null as varchar) as payload,
        cast(null as varchar) as old_payload,
        cast(null as date) as dt
    where false
    {%- else -%}
    {%- set listed = sql_text_list(files) -%}
    {%- if contract.format == 'changelog' -%}
    {#- extensions wrote the change log with and without old_data #}
    {%- set present = run_query('describe select * from ' ~ duckdb__parquet_reader(listed)).columns[0].values() | list %}
    {%- endif -%}
    {{ duckdb__raw_rows_of(contract, listed, 'old_data' in (present or [])) }}
    {%- endif -%}
{%- endmacro %}


{% macro duckdb__parquet_reader(files) -%}
    read_parquet(
            {{ files }},
            union_by_name = true, hive_partitioning = true, hive_types = {'dt': date}
        )
{%- endmacro %}


{#
    A line without a byte order mark before it and a carriage return after it. Trimming walks through all of a
    line, and few need it.
#}
{% macro duckdb__without_line_marks(line) -%}
    case
        when starts_with({{ line }}, chr(65279)) or ends_with({{ line }}, chr(13))
            then rtrim(ltrim({{ line }}, chr(65279)), chr(13))
        else {{ line }}
    end
{%- endmacro %}


{# The rows of files, given as a list in SQL; has_old_data: does one of them have that column? #}
{% macro duckdb__raw_rows_of(contract, files, has_old_data) -%}
    {%- if contract.format == 'changelog' %}
    select
        nullif(cast(document_name as varchar), '') as document_name,
        nullif(cast(document_id as varchar), '') as document_id,
        nullif(cast(event_id as varchar), '') as event_id,
        upper(cast(operation as varchar)) as operation,
        coalesce(cast("timestamp" as timestamp), timestamp '1970-01-01') as committed_at,
        nullif(cast("data" as varchar), '') as payload,
        {% if has_old_data -%}
        nullif(cast(old_data as varchar), '')
        {%- else -%}
        cast(null as varchar)
        {%- endif %} as old_payload,
        dt
    from {{ duckdb__parquet_reader(files) }}
    {%- else -%}
    select
        cast(null as varchar) as document_name,
        cast(null as varchar) as document_id,
        cast(null as varchar) as event_id,
        cast(null as varchar) as operation,
        cast(null as timestamp) as committed_at,
        text as payload,
        cast(null as varchar) as old_payload,
        dt
    from (
        select
            {{ duckdb__without_line_marks('line') }} as text,
            dt
        from read_csv(
            {{ files }},
            columns = {'line': 'varchar'},
            {#- lines as they are: a delimiter that JSON can't hold, no quotes, no guessing #}
            delim = e'\x01\x02', quote = '', escape = '', header = false, auto_detect = false,
            strict_mode = false, max_line_size = 16777216,
            hive_partitioning = true, hive_types = {'dt': date}
        )
    ) as lines
    where {{ nullif_blank('text') }} is not null
    {%- endif -%}
{%- endmacro %}


{% macro spark__raw_rows(contract, files) -%}
    {%- set view = 'raw_' ~ contract.platform ~ '_' ~ contract.collection -%}
    {%- if files %}{% do spark__create_raw_view(contract, files, view) %}{% endif -%}
    {%- set shape = '/dt=([0-9]{4}-[0-9]{2}-[0-9]{2})/[^/]*$' -%}
    {%- set dt = "cast(regexp_extract(input_file_name(), '" ~ shape ~ "', 1) as date)" -%}
    {%- if not files %}
    select
        cast(null as string) as document_name,
        cast(null as string) as document_id,
        cast(null as string) as event_id,
        cast(null as string) as operation,
        cast(null as timestamp) as committed_at,
        cast(null as string) as payload,
        cast(null as string) as old_payload,
        cast(null as date) as dt
    where 1 = 0
    {%- elif contract.format == 'changelog' %}
    select
        nullif(document_name, '') as document_name,
        nullif(document_id, '') as document_id,
        nullif(event_id, '') as event_id,
        upper(operation) as operation,
        coalesce(cast(`timestamp` as timestamp), timestamp '1970-01-01') as committed_at,
        nullif(`data`, '') as payload,
        nullif(old_data, '') as old_payload,
        {{ dt }} as dt
    from {{ view }}
    {%- else %}
    select
        cast(null as string) as document_name,
        cast(null as string) as document_id,
        cast(null as string) as event_id,
        cast(null as string) as operation,
        cast(null as timestamp) as committed_at,
        rtrim('\r', ltrim('\uFEFF', value)) as payload,
        cast(null as string) as old_payload,
        {{ dt }} as dt
    from {{ view }}
    where {{ trim_blank("ltrim('\\uFEFF', value)") }} <> ''
    {%- endif -%}
{%- endmacro %}


{#
    A temporary view of the visible days of a collection. Its shape is declared, so that files without
    old_data read as NULL and no file is opened before it is read.
#}
{% macro spark__create_raw_view(contract, files, view) %}
    {% set days = [] %}
    {% for file in files %}
        {% set day = file.split('/')[-2] %}
        {% if day not in days %}{% do days.append(day) %}{% endif %}
    {% endfor %}
    {% set path = raw_dir().rstrip('/') ~ '/' ~ contract.platform ~ '/' ~ contract.collection ~ '/{' ~ days | join(',') ~ '}' %}
    {% if contract.format == 'changelog' %}
        {% set shape = '(`timestamp` timestamp, event_id string, document_name string, document_id string, operation string, `data` string, old_data string) using parquet' %}
        {% set glob = '*.parquet' %}
    {% else %}
        {% set shape = '(value string) using text' %}
        {% set glob = '*.{ndjson,ndjson.gz}' %}
    {% endif %}
    {% do run_query(
        'create or replace temporary view ' ~ view ~ ' ' ~ shape ~ " options (path '" ~ path
        ~ "', pathGlobFilter '" ~ glob ~ "'"
        ~ ('' if contract.format == 'changelog' else ", lineSep '\n'") ~ ')'
    ) %}
{% endmacro %}
