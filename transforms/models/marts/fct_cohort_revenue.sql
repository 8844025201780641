with

order_lines as (

    select * from {{ ref('int_order_lines') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

-- The first day of every visitor.
first_days as (

    select
        visitor_id,
        first_seen_date
    from {{ ref('int_visitor_days') }}
    where previous_event_date is null

),

periods as (

    {{ date_periods() }}

),

-- A refund belongs to whoever placed the order, whoever paid it back.
attributed as (

    select
        order_lines.*,
        orders.order_key is null as is_orphan,
        orders.first_seen_date
    from order_lines
    left join orders on order_lines.order_key = orders.order_key

),

placed as (

    select
        first_seen_date,
        event_date,
        currency,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from attributed
    where not is_orphan

    union all

    select
        first_days.first_seen_date,
        attributed.event_date,
        attributed.currency,
        attributed.gross_amount,
        attributed.discount_amount,
        attributed.refund_amount,
        attributed.net_amount
    from attributed
    inner join first_days on attributed.visitor_id = first_days.visitor_id
    where attributed.is_orphan

),

-- Days first, so that a line is added up once and not once for weeks and once for months.
daily_revenue as (

    select
        first_seen_date,
        event_date,
        currency,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount
    from placed
    group by first_seen_date, event_date, currency

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
