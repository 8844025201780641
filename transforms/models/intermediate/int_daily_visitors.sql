{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'event_date', 'days': [0, 29], 'changed_in': 'int_corrected_dates'}
    )
}}

{%- set steps = ['view', 'cart', 'checkout', 'purchase'] %}

with

-- Of the thirty days that end on a day, and of one more: the day before the first touched one may be built anew, too.
visitor_days as (

    select
        event_date,
        previous_event_date,
        events,
        {%- for step in steps %}
        is_first_{{ step }},
        {%- endfor %}
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }}
    from {{ ref('int_visitor_days') }}
    where {{ since_touched('event_date', 30) }}

),

by_date as (

    select
        event_date,
        count(*) as visitors,
        sum(events) as events,
        {%- for step in steps %}
        count(case when has_{{ step }} then 1 end) as {{ step }}_visitors,
        count(case when is_first_{{ step }} then 1 end) as new_{{ step }}_visitors,
        {%- endfor %}
        count(case when previous_event_date is null then 1 end) as new_visitors
    from visitor_days
    where {{ touched('event_date', 0, 29) }} or {{ changed('event_date', 'int_corrected_dates') }}
    group by event_date

),

-- From here on there is a row for each distance between two active days, not for each visitor.
distances as (

    select
        event_date as active_date,
        greatest(coalesce(previous_event_date, event_date - 30), event_date - 30) as previous_date,
        count(*) as visitors
    from visitor_days
    group by active_date, previous_date

),

days_counted as (

    -- each engine names the relation of these days differently
    select
        distances.active_date,
        distances.previous_date,
        distances.visitors,
        calendar_date as event_date  -- noqa: RF02
    from distances
    cross join {{ each_day('distances.active_date', 'distances.active_date + 29') }}

),

-- Of each visitor only the first active day within the 7 or 30 days that end on a day counts, so nobody does twice.
active as (

    select
        event_date,
        sum(case when active_date > event_date - 7 and previous_date <= event_date - 7 then visitors else 0 end) as wau,
        sum(case when previous_date <= event_date - 30 then visitors else 0 end) as mau
    from days_counted
    where {{ is_rebuilt() }}
    group by event_date

),

daily_visitors as (

    select
        active.event_date,
        coalesce(by_date.visitors, 0) as dau,
        cast(active.wau as int64) as wau,
        cast(active.mau as int64) as mau,
        {%- for step in steps %}
        coalesce(by_date.{{ step }}_visitors, 0) as {{ step }}_visitors,
        coalesce(by_date.new_{{ step }}_visitors, 0) as new_{{ step }}_visitors,
        {%- endfor %}
        coalesce(by_date.new_visitors, 0) as new_visitors,
        cast(coalesce(by_date.events, 0) as int64) as events
    from active
    left join by_date on active.event_date = by_date.event_date

)

select * from daily_visitors
