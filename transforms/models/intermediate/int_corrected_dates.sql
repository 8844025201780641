with

visitor_days as (

    select * from {{ ref('int_visitor_days') }}
    where
        {{ since_touched('event_date', 1, otherwise='false') }}
        and {{ changed('visitor_id', 'int_changed_visitors') }}

),

corrected_dates as (

    select distinct
        event_date,
        event_date as session_date
    from visitor_days

)

select * from corrected_dates
