with

changed_events as (

    select * from {{ ref('int_changed_events') }}

),

orders as (

    select * from {{ ref('int_orders') }}
    where {{ touched('order_date', -1, 3, otherwise='false') }}

),

order_lines as (

    select * from {{ ref('int_order_lines') }}

),

-- Orders whose first line may be another one than before, or may say something else of its session.
reattributed as (

    select order_key
    from orders

    union distinct

    select order_key
    from changed_events
    where is_purchase

),

changed_revenue_dates as (

    select distinct order_lines.event_date
    from order_lines
    inner join reattributed on order_lines.order_key = reattributed.order_key

)

select * from changed_revenue_dates
