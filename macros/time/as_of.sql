{#
    The instant the warehouse describes. The only clock of the project.
    Order: var as_of, env WAREHOUSE_AS_OF, the start of this run. UTC; a text without zone is UTC.
    Returns 'YYYY-MM-DD HH:MM:SS.ffffff'.
#}
{% macro as_of_text() %}
    {#- what dbt reads in the files does not depend on the instant: a new one makes it parse nothing again -#}
    {% if not execute %}{{ return('1970-01-01 00:00:00.000000') }}{% endif %}
    {% set given = var('as_of', '') or env_var('WAREHOUSE_AS_OF', '') %}
    {% if not given %}
        {{ return(run_started_at.astimezone(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')) }}
    {% endif %}
    {% set text = given | string | trim %}
    {% set shape = '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$' %}
    {% if not (modules.re.match(shape, text) and is_calendar_time(text)) %}
        {{ exceptions.raise_compiler_error(
            "as_of '" ~ text ~ "' is not an ISO-8601 instant. Give the var as_of or the environment "
            ~ "variable WAREHOUSE_AS_OF like 2026-01-31T12:00:00Z (UTC when it has no zone)."
        ) }}
    {% endif %}
    {% set instant = modules.datetime.datetime.fromisoformat(text) %}
    {% if instant.tzinfo is not none %}
        {% set instant = instant.astimezone(modules.pytz.utc) %}
    {% endif %}
    {{ return(instant.strftime('%Y-%m-%d %H:%M:%S.%f')) }}
{% endmacro %}


{% macro as_of() -%}
    cast('{{ as_of_text() }}' as timestamp)
{%- endmacro %}


{# The last visible arrival date: the UTC date of as_of. #}
{% macro as_of_date_text() %}
    {{ return(as_of_text()[:10]) }}
{% endmacro %}


{# Does a text of the shape YYYY-MM-DD[THH:MM[:SS..]] name a day and a time that exist? #}
{% macro is_calendar_time(text) %}
    {% set year, month, day = text[:4] | int, text[5:7] | int, text[8:10] | int %}
    {% if year < 1 or year > 9998 or month < 1 or month > 12 or day < 1 %}{{ return(false) }}{% endif %}
    {% set next_month = modules.datetime.date(year + month // 12, month % 12 + 1, 1) %}
    {% set last_day = (next_month - modules.datetime.timedelta(days=1)).day %}
    {% set clock = (text[11:16] or '00:00').split(':') %}
    {% set seconds = (text[17:19] if text[16:17] == ':' else '0') | int %}
    {{ return(day <= last_day and clock[0] | int < 24 and clock[1] | int < 60 and seconds < 60) }}
{% endmacro %}
