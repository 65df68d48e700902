{#
    Distinct people in the N dates ending on each date, without a self-join: a person counts from a
    date of theirs until N dates later, or until their next date takes over.

    relation: a relation or CTE with the key columns, `user_id` and `business_date`.
    keys: the columns to count by. Gives: keys, kpi_date, people_change (to be summed up by date).
#}
{% macro trailing_distinct(relation, keys, days) -%}
    select
        {{ keys | join(', ') }},
        kpi_date,
        sum(step) as people_change
    from (
        select
            {{ keys | join(', ') }},
            business_date as kpi_date,
            1 as step
        from (select distinct {{ keys | join(', ') }}, user_id, business_date from {{ relation }}) as dates_of_people

        union all

        select
            {{ keys | join(', ') }},
            {{ leaves_window_on('business_date', 'next_date', days) }} as kpi_date,
            -1 as step
        from (
            select
                {{ keys | join(', ') }},
                user_id,
                business_date,
                lead(business_date) over (partition by {{ keys | join(', ') }}, user_id order by business_date)
                    as next_date
            from (select distinct {{ keys | join(', ') }}, user_id, business_date from {{ relation }}) as again
        ) as spans
    ) as steps
    group by {{ keys | join(', ') }}, kpi_date
{%- endmacro %}


{# The date from which on somebody counts no more for a date of theirs: N dates later, or their next date. #}
{% macro leaves_window_on(business_date, next_date, days) -%}
    least({{ add_days(business_date, days) }}, coalesce({{ next_date }}, {{ add_days(business_date, days) }}))
{%- endmacro %}
