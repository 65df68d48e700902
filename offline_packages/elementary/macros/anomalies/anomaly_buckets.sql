{# The time buckets of a test, oldest first: a list of {start, end, season, is_detection}, where start and
   end are datetimes (UTC, no zone). The last one ends at or before the instant of the run. #}
{% macro anomaly_buckets(settings) %}
    {%- set timedelta = modules.datetime.timedelta -%}
    {%- set period = settings.time_bucket.get('period', 'day') -%}
    {%- set count = settings.time_bucket.get('count', 1) | int -%}
    {%- if period not in ['hour', 'day', 'week', 'month'] or count < 1 -%}
        {%- do exceptions.raise_compiler_error(
            'time_bucket: period is hour, day, week or month, count is 1 or more, not ' ~ settings.time_bucket ~ '.'
        ) -%}
    {%- endif -%}

    {%- set run_at = elementary.instant_of_run() - elementary.period_as_timedelta(settings.detection_delay) -%}
    {%- set last_end = run_at.replace(minute=0, second=0, microsecond=0) -%}
    {%- if period != 'hour' -%}{%- set last_end = last_end.replace(hour=0) -%}{%- endif -%}
    {%- if period == 'week' -%}{%- set last_end = last_end - timedelta(days=last_end.weekday()) -%}{%- endif -%}
    {%- if period == 'month' -%}{%- set last_end = last_end.replace(day=1) -%}{%- endif -%}

    {%- set weeks = 7 if settings.seasonality in ['day_of_week', 'hour_of_week'] else 1 -%}
    {%- set history = (
        elementary.period_as_timedelta(settings.training_period) or timedelta(days=settings.days_back | int)
    ) * weeks -%}
    {%- set judged = (
        elementary.period_as_timedelta(settings.detection_period) or timedelta(days=settings.backfill_days | int)
    ) -%}

    {%- set buckets = [] -%}
    {%- set place = namespace(end=last_end, start=none) -%}
    {#- Bounded: Jinja has no while. 100,000 hours are 11 years. -#}
    {%- for _ in range(100000) -%}
        {%- if period == 'month' -%}
            {%- set months = place.end.year * 12 + place.end.month - 1 - count -%}
            {%- set place.start = place.end.replace(year=months // 12, month=months % 12 + 1) -%}
        {%- else -%}
            {%- set place.start = place.end - timedelta(**{period ~ 's': count}) -%}
        {%- endif -%}
        {%- if place.start < last_end - history -%}{%- break -%}{%- endif -%}
        {%- do buckets.append({
            'start': place.start, 'end': place.end,
            'season': elementary.season_of(place.start, settings.seasonality),
            'is_detection': loop.first or place.end > last_end - judged
        }) -%}
        {%- set place.end = place.start -%}
    {%- endfor -%}
    {%- if not buckets -%}
        {%- do exceptions.raise_compiler_error('No time bucket fits into days_back (or training_period).') -%}
    {%- endif -%}
    {{ return(buckets | reverse | list) }}
{% endmacro %}

{# The instant that the run describes, a datetime in UTC without zone. #}
{% macro instant_of_run() %}
    {%- set text = (
        var('custom_run_started_at', none) or var('as_of', none) or env_var('WAREHOUSE_AS_OF', '')
    ) | string -%}
    {%- set text = '' if text == 'None' else text -%}
    {%- set instant = modules.datetime.datetime.fromisoformat(text) if text else run_started_at -%}
    {%- if instant.tzinfo -%}
        {%- set instant = instant.astimezone(modules.pytz.utc).replace(tzinfo=none) -%}
    {%- endif -%}
    {{ return(instant) }}
{% endmacro %}

{# {period: hour|day|week, count: n} as a timedelta; 0 for none. A month counts as 30 days. #}
{% macro period_as_timedelta(value) %}
    {%- if not value -%}{{ return(modules.datetime.timedelta(0)) }}{%- endif -%}
    {%- set hours = {'hour': 1, 'day': 24, 'week': 168, 'month': 720} -%}
    {%- if value.get('period') not in hours -%}
        {%- do exceptions.raise_compiler_error('A period is hour, day, week or month with a count, not ' ~ value ~ '.') -%}
    {%- endif -%}
    {{ return(modules.datetime.timedelta(hours=hours[value['period']] * (value.get('count', 1) | int))) }}
{% endmacro %}

{# Only buckets of the same season are compared with each other. #}
{% macro season_of(start, seasonality) %}
    {%- set seasons = {
        none: 'all', 'day_of_week': start.weekday(), 'hour_of_day': start.hour,
        'hour_of_week': start.weekday() * 24 + start.hour
    } -%}
    {%- if seasonality not in seasons -%}
        {%- do exceptions.raise_compiler_error(
            'seasonality is day_of_week, hour_of_day or hour_of_week, not ' ~ seasonality ~ '.'
        ) -%}
    {%- endif -%}
    {{ return(seasons[seasonality] | string) }}
{% endmacro %}

{# The same buckets as the select of a CTE. #}
{% macro anomaly_buckets_sql(buckets) %}
    select
        bucket_number,
        cast(bucket_start as timestamp) as bucket_start,
        cast(bucket_end as timestamp) as bucket_end,
        season,
        is_detection
    from (
        values
        {%- for bucket in buckets %}
        ({{ loop.index }}, '{{ bucket.start }}', '{{ bucket.end }}', '{{ bucket.season }}', {{ bucket.is_detection | lower }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as given_buckets (bucket_number, bucket_start, bucket_end, season, is_detection)
{% endmacro %}
