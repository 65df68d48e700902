{#
    When the newest visible file of a raw collection arrived: the end of its dt, at most as_of. A file
    name is all that is read. A collection without any file has no time: dbt calls it stale.
    For the sources of models/landing/_sources.yml (source raw_{platform}, table {collection}).
#}
{% macro latest_arrival() %}
    {%- set platform = model.source_name | replace('raw_', '') -%}
    {%- set place = namespace(format=none) -%}
    {%- for contract in landing_contracts() if contract.platform == platform and contract.collection == model.name -%}
        {%- set place.format = contract.format -%}
    {%- else -%}
        {{ exceptions.raise_compiler_error('No staging model reads ' ~ platform ~ '/' ~ model.name ~ ': see _sources.yml.') }}
    {%- endfor -%}
    {%- set files = raw_files(platform, model.name, place.format) -%}
    {%- if not files -%}
        {{ return('cast(null as timestamp)') }}
    {%- endif -%}
    {#- sorted: the last one has the greatest dt -#}
    {%- set dt = modules.re.search('/dt=([0-9]{4}-[0-9]{2}-[0-9]{2})/', files[-1] | replace('\\', '/')).group(1) -%}
    {%- set end_of_dt = modules.datetime.datetime.fromisoformat(dt) + modules.datetime.timedelta(days=1) -%}
    {{ return("cast('" ~ [end_of_dt.isoformat(sep=' '), as_of_text()] | min ~ "' as timestamp)") }}
{% endmacro %}


{# dbt source freshness: the age is taken at as_of, so that it says the same whenever it is asked. #}
{% macro default__collect_freshness_custom_sql(source, loaded_at_query) %}
    {% call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
        select
            {{ loaded_at_query }} as max_loaded_at,
            {{ as_of() }} as snapshotted_at
    {%- endcall %}
    {{ return(load_result('collect_freshness_custom_sql')) }}
{% endmacro %}
