with

visitor_days as (

    select * from {{ ref('int_visitor_days') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

journeys as (

    select * from {{ ref('int_user_journey') }}

),

periods as (

    {{ date_periods() }}

),

visits as (

    select
        event_date,
        min(event_date) over (partition by visitor_id) as first_seen_date,
        lag(event_date) over (partition by visitor_id order by event_date) as previous_visit_date
    from visitor_days

),

visit_counts as (

    select
        first_seen_date,
        event_date,
        previous_visit_date,
        count(*) as visitors
    from visits
    group by first_seen_date, event_date, previous_visit_date

),

-- Of each visitor only the first visit within a period counts, so nobody is counted twice and no ids are compared.
active as (

    select
        periods.period_type,
        cohorts.period_start_date as cohort_start_date,
        periods.period_start_date,
        sum(visit_counts.visitors) as visitors
    from visit_counts
    inner join periods on visit_counts.event_date = periods.calendar_date
    inner join periods as cohorts
        on
            visit_counts.first_seen_date = cohorts.calendar_date
            and periods.period_type = cohorts.period_type
    where
        visit_counts.previous_visit_date is null
        or visit_counts.previous_visit_date < periods.period_start_date
    group by periods.period_type, cohorts.period_start_date, periods.period_start_date

),

ordering as (

    select
        periods.period_type,
        cohorts.period_start_date as cohort_start_date,
        periods.period_start_date,
        count(distinct orders.visitor_id) as visitors,
        count(*) as orders
    from orders
    inner join journeys on orders.visitor_id = journeys.visitor_id
    inner join periods on orders.order_date = periods.calendar_date
    inner join periods as cohorts
        on
            journeys.first_seen_date = cohorts.calendar_date
            and periods.period_type = cohorts.period_type
    group by periods.period_type, cohorts.period_start_date, periods.period_start_date

),

-- Who orders is active, so `active` has every row that there is.
cohort_activity as (

    select
        active.period_type,
        active.cohort_start_date,
        active.period_start_date,
        cast(active.visitors as int64) as active_visitors,
        coalesce(ordering.visitors, 0) as ordering_visitors,
        coalesce(ordering.orders, 0) as orders
    from active
    left join ordering
        on
            active.period_type = ordering.period_type
            and active.cohort_start_date = ordering.cohort_start_date
            and active.period_start_date = ordering.period_start_date

)

select * from cohort_activity
