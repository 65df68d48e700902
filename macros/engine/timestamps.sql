{# Microseconds since 1970-01-01 UTC as a timestamp without zone. #}
{% macro timestamp_from_micros(micros) %}
    {{ return(adapter.dispatch('timestamp_from_micros', 'creator_warehouse')(micros)) }}
{% endmacro %}

{% macro duckdb__timestamp_from_micros(micros) -%}
    make_timestamp({{ micros }})
{%- endmacro %}

{% macro spark__timestamp_from_micros(micros) -%}
    timestamp_micros({{ micros }})
{%- endmacro %}


{# The wall clock of a time zone at a UTC instant, as a timestamp without zone. #}
{% macro to_local(utc_timestamp, time_zone) %}
    {{ return(adapter.dispatch('to_local', 'creator_warehouse')(utc_timestamp, time_zone)) }}
{% endmacro %}

{# The conversion is slow: what is UTC goes without. #}
{% macro duckdb__to_local(utc_timestamp, time_zone) -%}
    case
        when {{ time_zone }} = 'UTC' then {{ utc_timestamp }}
        else timezone({{ time_zone }}, timezone('UTC', {{ utc_timestamp }}))
    end
{%- endmacro %}

{% macro spark__to_local(utc_timestamp, time_zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, {{ time_zone }})
{%- endmacro %}


{# The quarter of an hour that an instant falls into (from 1970 on): no clock changes within one. #}
{% macro quarter_of(utc_timestamp) -%}
    {{ timestamp_from_micros(
        '(' ~ timestamp_micros(utc_timestamp) ~ ' - ' ~ timestamp_micros(utc_timestamp) ~ ' % 900000000)'
    ) }}
{%- endmacro %}


{# The UTC instant of a wall clock in a time zone. #}
{% macro to_utc(local_timestamp, time_zone) %}
    {{ return(adapter.dispatch('to_utc', 'creator_warehouse')(local_timestamp, time_zone)) }}
{% endmacro %}

{% macro duckdb__to_utc(local_timestamp, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_timestamp }}))
{%- endmacro %}

{% macro spark__to_utc(local_timestamp, time_zone) -%}
    to_utc_timestamp({{ local_timestamp }}, {{ time_zone }})
{%- endmacro %}


{% macro add_minutes(timestamp, minutes) %}
    {{ return(adapter.dispatch('add_minutes', 'creator_warehouse')(timestamp, minutes)) }}
{% endmacro %}

{% macro duckdb__add_minutes(timestamp, minutes) -%}
    ({{ timestamp }} + to_minutes(cast({{ minutes }} as bigint)))
{%- endmacro %}

{% macro spark__add_minutes(timestamp, minutes) -%}
    timestampadd(minute, cast({{ minutes }} as bigint), {{ timestamp }})
{%- endmacro %}


{% macro add_days(date, days) %}
    {{ return(adapter.dispatch('add_days', 'creator_warehouse')(date, days)) }}
{% endmacro %}

{# A date plus whole days, as a date. #}
{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as int))
{%- endmacro %}


{# Whole days from one date to another. #}
{% macro days_between(from_date, to_date) %}
    {{ return(adapter.dispatch('days_between', 'creator_warehouse')(from_date, to_date)) }}
{% endmacro %}

{% macro duckdb__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro %}

{% macro spark__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}


{# The first date of the week (Monday) or month that a date lies in. #}
{% macro period_start(period, date) -%}
    cast(date_trunc('{{ period }}', {{ date }}) as date)
{%- endmacro %}


{# One row per item: the values from `start` to `stop` (inclusive), column `item`. #}
{% macro unnest_range(start, stop, step_minutes=none) %}
    {{ return(adapter.dispatch('unnest_range', 'creator_warehouse')(start, stop, step_minutes)) }}
{% endmacro %}

{# Dates when step_minutes is none, else timestamps every step_minutes. #}
{% macro duckdb__unnest_range(start, stop, step_minutes) -%}
    {%- if step_minutes is none -%}
        unnest(cast(generate_series(
            cast({{ start }} as timestamp), cast({{ stop }} as timestamp), interval 1 day
        ) as date[]))
    {%- else -%}
        unnest(generate_series({{ start }}, {{ stop }}, interval {{ step_minutes }} minute))
    {%- endif -%}
{%- endmacro %}

{% macro spark__unnest_range(start, stop, step_minutes) -%}
    {%- if step_minutes is none -%}
        explode(case when {{ start }} <= {{ stop }}
            then sequence({{ start }}, {{ stop }}, interval 1 day) else array() end)
    {%- else -%}
        explode(case when {{ start }} <= {{ stop }}
            then sequence({{ start }}, {{ stop }}, interval {{ step_minutes }} minute)
            else array() end)
    {%- endif -%}
{%- endmacro %}


{# Microseconds since 1970-01-01 UTC. #}
{% macro timestamp_micros(timestamp) %}
    {{ return(adapter.dispatch('timestamp_micros', 'creator_warehouse')(timestamp)) }}
{% endmacro %}

{% macro duckdb__timestamp_micros(timestamp) -%}
    epoch_us({{ timestamp }})
{%- endmacro %}

{% macro spark__timestamp_micros(timestamp) -%}
    unix_micros({{ timestamp }})
{%- endmacro %}


{# Whole months from one first-of-month date to another. #}
{% macro months_between_starts(from_month, to_month) -%}
    (
        (extract(year from {{ to_month }}) - extract(year from {{ from_month }})) * 12
        + extract(month from {{ to_month }}) - extract(month from {{ from_month }})
    )
{%- endmacro %}
