with

daily_visitors as (

    select * from {{ ref('int_daily_visitors') }}
    where dau > 0

),

-- Whole years, so that a week or a month is never cut off at an end of the data.
bounds as (

    select
        cast({{ dbt.date_trunc('year', 'min(event_date)') }} as date) as first_date,
        cast({{ dbt.last_day('max(event_date)', 'year') }} as date) as last_date
    from daily_visitors

),

days as (

    -- each engine names the relation of these days differently
    select calendar_date  -- noqa: RF02
    from bounds
    cross join {{ each_day('bounds.first_date', 'bounds.last_date') }}

),

-- 1970-01-05 was a Monday. Counting from it needs no engine's own idea of where a week begins.
counted_days as (

    select
        calendar_date,
        {{ dbt.datediff("date '1970-01-05'", 'calendar_date', 'day') }} as days_since_a_monday
    from days

),

weekdays as (

    select
        calendar_date,
        mod(days_since_a_monday, 7) + 1 as day_of_week,
        {{ whole_division('days_since_a_monday', 7) }} as week_index
    from counted_days

),

-- The Thursday of a week decides the ISO year and week that the whole week belongs to.
weeks as (

    select
        calendar_date,
        day_of_week,
        week_index,
        cast({{ dbt.dateadd('day', '1 - day_of_week', 'calendar_date') }} as date) as week_start_date,
        cast({{ dbt.dateadd('day', '4 - day_of_week', 'calendar_date') }} as date) as thursday_date
    from weekdays

),

dim_date as (

    select
        calendar_date,
        extract(year from calendar_date) as calendar_year,
        extract(quarter from calendar_date) as quarter_of_year,
        extract(month from calendar_date) as month_of_year,
        case extract(month from calendar_date)
            {%- for name in ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
                             'October', 'November', 'December'] %}
            when {{ loop.index }} then '{{ name }}'
            {%- endfor %}
        end as month_name,
        extract(day from calendar_date) as day_of_month,
        day_of_week,
        case day_of_week
            {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
            when {{ loop.index }} then '{{ name }}'
            {%- endfor %}
        end as weekday_name,
        day_of_week >= 6 as is_weekend,
        extract(year from thursday_date) as iso_year,
        {{ whole_division('extract(dayofyear from thursday_date) - 1', 7) }} + 1 as iso_week,
        week_start_date,
        cast({{ dbt.date_trunc('month', 'calendar_date') }} as date) as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'calendar_date') }} as date) as quarter_start_date,
        week_index,
        12 * extract(year from calendar_date) + extract(month from calendar_date) as month_index
    from weeks

)

select * from dim_date
