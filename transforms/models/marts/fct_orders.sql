{{ config(materialized='incremental', meta={'rebuilt_by': 'visitor_id', 'changed_in': 'int_changed_buyers'}) }}

with

orders as (

    select * from {{ ref('int_orders') }}
    where {{ changed('visitor_id', 'int_changed_buyers') }}

),

order_lines as (

    select * from {{ ref('int_order_lines') }}

),

amounts as (

    select
        order_key,
        currency,
        sum(case when is_refund then 0 else 1 end) as purchase_lines,
        sum(case when is_refund then 0 else quantity end) as units,
        sum(case when is_refund then 1 else 0 end) as refund_lines,
        sum(case when is_refund then quantity else 0 end) as refunded_units,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount
    from order_lines
    where order_key in (select orders.order_key from orders)
    group by order_key, currency

),

fct_orders as (

    select
        -- ids
        orders.order_key,
        orders.order_id,
        orders.is_order_id_derived,
        orders.visitor_id,
        {{ user_of_visitor('orders.visitor_id') }} as user_id,
        orders.session_id,

        -- text
        orders.channel,
        orders.device_type,
        orders.country,
        amounts.currency,

        -- numbers
        orders.order_number,
        orders.order_number = 1 as is_first_order,
        cast(amounts.purchase_lines as int64) as purchase_lines,
        cast(amounts.units as int64) as units,
        cast(amounts.refunded_units as int64) as refunded_units,
        amounts.refund_lines > 0 as is_refunded,
        {{ money('amounts.gross_amount') }} as gross_amount,
        {{ money('amounts.discount_amount') }} as discount_amount,
        {{ money('amounts.refund_amount') }} as refund_amount,
        {{ money('amounts.net_amount') }} as net_amount,
        {{ seconds_between('orders.previous_ordered_at', 'orders.ordered_at') }} as since_previous_order_seconds,
        {{ seconds_between('orders.first_seen_at', 'orders.ordered_at') }} as since_first_seen_seconds,

        -- dates and timestamps
        orders.order_date,
        orders.ordered_at
    from amounts
    inner join orders on amounts.order_key = orders.order_key

)

select * from fct_orders
