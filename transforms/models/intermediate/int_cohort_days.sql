{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'event_date', 'days': [-1, 2], 'changed_in': 'int_corrected_dates'}
    )
}}

with

visitor_days as (

    select
        first_seen_date,
        event_date,
        previous_event_date
    from {{ ref('int_visitor_days') }}
    where {{ touched('event_date', -1, 2) }} or {{ changed('event_date', 'int_corrected_dates') }}

),

periods as (

    {{ date_periods() }}

),

-- Joining counts to periods, not visitors.
visits as (

    select
        first_seen_date,
        event_date,
        previous_event_date,
        count(*) as visitors
    from visitor_days
    group by first_seen_date, event_date, previous_event_date

),

-- Of each visitor only the first visit within a period counts, so nobody is counted twice and no ids are compared.
cohort_days as (

    select
        visits.event_date,
        periods.period_type,
        cohorts.period_start_date as cohort_start_date,
        periods.period_start_date,
        cast(sum(visits.visitors) as int64) as new_in_period
    from visits
    inner join periods on visits.event_date = periods.calendar_date
    inner join periods as cohorts
        on
            visits.first_seen_date = cohorts.calendar_date
            and periods.period_type = cohorts.period_type
    where
        visits.previous_event_date is null
        or visits.previous_event_date < periods.period_start_date
    group by visits.event_date, periods.period_type, cohorts.period_start_date, periods.period_start_date

)

select * from cohort_days
