with

order_lines as (

    select * from {{ ref('int_order_lines') }}

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

-- Days first, so that a line is added up once and not once for weeks and once for months. A refund belongs to whoever
-- placed the order, whoever paid it back.
daily_revenue as (

    select
        journeys.first_seen_date,
        order_lines.event_date,
        order_lines.currency,
        sum(order_lines.gross_amount) as gross_amount,
        sum(order_lines.discount_amount) as discount_amount,
        sum(order_lines.refund_amount) as refund_amount,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    left join orders on order_lines.order_key = orders.order_key
    inner join journeys on coalesce(orders.visitor_id, order_lines.visitor_id) = journeys.visitor_id
    group by journeys.first_seen_date, order_lines.event_date, order_lines.currency

),

fct_cohort_revenue as (

    select
        periods.period_type,
        cohorts.period_start_date as cohort_start_date,
        periods.period_start_date,
        periods.period_index - cohorts.period_index as periods_since,
        daily_revenue.currency,
        {{ money('sum(daily_revenue.gross_amount)') }} as gross_amount,
        {{ money('sum(daily_revenue.discount_amount)') }} as discount_amount,
        {{ money('sum(daily_revenue.refund_amount)') }} as refund_amount,
        {{ money('sum(daily_revenue.net_amount)') }} as net_amount
    from daily_revenue
    inner join periods on daily_revenue.event_date = periods.calendar_date
    inner join periods as cohorts
        on
            daily_revenue.first_seen_date = cohorts.calendar_date
            and periods.period_type = cohorts.period_type
    group by
        periods.period_type,
        cohorts.period_start_date,
        cohorts.period_index,
        periods.period_start_date,
        periods.period_index,
        daily_revenue.currency

)

select * from fct_cohort_revenue
