with

cohort_days as (

    select * from {{ ref('int_cohort_days') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

periods as (

    {{ date_periods() }}

),

order_counts as (

    select
        first_seen_date,
        order_date,
        previous_order_date,
        count(*) as orders
    from orders
    group by first_seen_date, order_date, previous_order_date

),

active as (

    select
        period_type,
        cohort_start_date,
        period_start_date,
        sum(new_in_period) as visitors
    from cohort_days
    group by period_type, cohort_start_date, period_start_date

),

-- Of each visitor only the first order within a period counts for the visitors.
ordering as (

    select
        periods.period_type,
        cohorts.period_start_date as cohort_start_date,
        periods.period_start_date,
        sum(
            case
                when
                    order_counts.previous_order_date is null
                    or order_counts.previous_order_date < periods.period_start_date
                    then order_counts.orders
                else 0
            end
        ) as visitors,
        sum(order_counts.orders) as orders
    from order_counts
    inner join periods on order_counts.order_date = periods.calendar_date
    inner join periods as cohorts
        on
            order_counts.first_seen_date = cohorts.calendar_date
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
        cast(coalesce(ordering.visitors, 0) as int64) as ordering_visitors,
        cast(coalesce(ordering.orders, 0) as int64) as orders
    from active
    left join ordering
        on
            active.period_type = ordering.period_type
            and active.cohort_start_date = ordering.cohort_start_date
            and active.period_start_date = ordering.period_start_date

)

select * from cohort_activity
