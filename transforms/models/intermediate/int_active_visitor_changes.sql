with

visitor_days as (

    select * from {{ ref('int_visitor_days') }}

),

neighbours as (

    select
        event_date,
        lag(event_date) over by_date is null as is_first_day,
        coalesce(lead(event_date) over by_date, event_date + 30) as next_date
    from visitor_days
    window by_date as (partition by visitor_id order by event_date)

),

-- From here on there is a row for each distance between two active days, not for each visitor.
spans as (

    select
        event_date,
        least(next_date, event_date + 7) as week_until,
        least(next_date, event_date + 30) as month_until,
        count(*) as visitors,
        count(case when is_first_day then 1 end) as new_visitors
    from neighbours
    group by event_date, week_until, month_until

),

changes as (

    select
        event_date as change_date,
        visitors as week_change,
        visitors as month_change,
        new_visitors
    from spans

    union all

    select
        week_until as change_date,
        -visitors as week_change,
        0 as month_change,
        0 as new_visitors
    from spans

    union all

    select
        month_until as change_date,
        0 as week_change,
        -visitors as month_change,
        0 as new_visitors
    from spans

),

active_visitor_changes as (

    select
        change_date,
        cast(sum(week_change) as int64) as week_change,
        cast(sum(month_change) as int64) as month_change,
        cast(sum(new_visitors) as int64) as new_visitors
    from changes
    group by change_date

)

select * from active_visitor_changes
