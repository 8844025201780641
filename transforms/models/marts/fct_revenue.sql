{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'event_date', 'days': [-1, 3], 'changed_in': 'int_changed_revenue_dates'}
    )
}}

with

order_lines as (

    select * from {{ ref('int_order_lines') }}
    where {{ touched('event_date', -1, 3) }} or {{ changed('event_date', 'int_changed_revenue_dates') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

-- Who sends money back often does so without a page or a device: a refund takes place and channel from its order.
attributed as (

    select
        order_lines.*,
        case when orders.order_key is null then order_lines.channel else orders.channel end as order_channel,
        case when orders.order_key is null then order_lines.device_type else orders.device_type end as order_device,
        case when orders.order_key is null then order_lines.country else orders.country end as order_country
    from order_lines
    left join orders on order_lines.order_key = orders.order_key

),

revenue as (

    select
        -- dates
        event_date,

        -- ids and text
        product_id,
        order_channel as channel,
        order_device as device_type,
        order_country as country,
        currency,

        -- numbers
        sum(case when is_refund then 0 else 1 end) as purchase_lines,
        sum(case when is_refund then 0 else quantity end) as units,
        sum(case when is_refund then 1 else 0 end) as refund_lines,
        sum(case when is_refund then quantity else 0 end) as refunded_units,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount
    from attributed
    group by event_date, product_id, order_channel, order_device, order_country, currency

),

fct_revenue as (

    select
        event_date,
        product_id,
        channel,
        device_type,
        country,
        currency,
        cast(purchase_lines as int64) as purchase_lines,
        cast(units as int64) as units,
        cast(refund_lines as int64) as refund_lines,
        cast(refunded_units as int64) as refunded_units,
        {{ money('gross_amount') }} as gross_amount,
        {{ money('discount_amount') }} as discount_amount,
        {{ money('refund_amount') }} as refund_amount,
        {{ money('net_amount') }} as net_amount
    from revenue

)

select * from fct_revenue
