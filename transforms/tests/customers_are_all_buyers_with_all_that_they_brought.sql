-- Where the customers of the last day are not all visitors with an order, or their values not all that the orders
-- brought. What one side tells is added, what the other tells is taken away.
with

days as (

    select max(event_date) as last_date
    from {{ ref('fct_daily_engagement') }}

),

amounts as (

    select
        'values' as told_by,
        customer_values.currency,
        customer_values.net_amount as amount
    from {{ ref('fct_customer_values') }} as customer_values
    inner join days on customer_values.event_date = days.last_date

    union all

    select
        'values' as told_by,
        order_lines.currency,
        -order_lines.net_amount as amount
    from {{ ref('int_order_lines') }} as order_lines
    inner join {{ ref('int_orders') }} as orders on order_lines.order_key = orders.order_key
    inner join days on order_lines.event_date <= days.last_date

    union all

    select
        'customers' as told_by,
        cast(null as string) as currency,
        customer_segments.customers as amount
    from {{ ref('fct_customer_segments') }} as customer_segments
    inner join days on customer_segments.event_date = days.last_date

    union all

    select
        'customers' as told_by,
        cast(null as string) as currency,
        -1 as amount
    from {{ ref('int_orders') }}
    where order_number = 1

)

select
    told_by,
    currency,
    sum(amount) as difference
from amounts
group by told_by, currency
having sum(amount) <> 0
