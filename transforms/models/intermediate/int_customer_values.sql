{{ config(materialized='incremental', meta={'rebuilt_by': 'visitor_id', 'changed_in': 'int_changed_buyers'}) }}

with

orders as (

    select
        order_key,
        visitor_id
    from {{ ref('int_orders') }}
    where {{ changed('visitor_id', 'int_changed_buyers') }}

),

order_lines as (

    select * from {{ ref('int_order_lines') }}

),

-- A refund belongs to whoever placed the order, whoever paid it back.
daily_values as (

    select
        orders.visitor_id,
        order_lines.currency,
        order_lines.event_date,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join orders on order_lines.order_key = orders.order_key
    group by orders.visitor_id, order_lines.currency, order_lines.event_date

),

running_values as (

    select
        *,
        row_number() over by_day = 1 as is_first,
        sum(net_amount) over (by_day rows between unbounded preceding and current row) as value_amount
    from daily_values
    window by_day as (partition by visitor_id, currency order by event_date)

),

customer_values as (

    select
        visitor_id,
        currency,
        event_date,
        is_first,
        {{ money('net_amount') }} as net_amount,
        {{ money('value_amount') }} as value_amount,
        {{ money('value_amount - net_amount') }} as previous_value_amount
    from running_values

)

select * from customer_values
