{{ config(materialized='incremental', meta={'rebuilt_by': 'visitor_id', 'changed_in': 'int_changed_buyers'}) }}

with

orders as (

    select
        visitor_id,
        order_date
    from {{ ref('int_orders') }}
    where {{ changed('visitor_id', 'int_changed_buyers') }}

),

customer_values as (

    select * from {{ ref('int_customer_values') }}
    where {{ changed('visitor_id', 'int_changed_buyers') }}

),

-- All days on which something of a customer may change: of orders, of the value, and for want of an order.
changes as (

    select
        visitor_id,
        order_date as event_date,
        1 as orders,
        0 as valuable_currencies
    from orders

    union all

    select
        visitor_id,
        event_date,
        0 as orders,
        case when value_amount >= {{ valuable_from() }} then 1 else 0 end
        - case when previous_value_amount >= {{ valuable_from() }} then 1 else 0 end as valuable_currencies
    from customer_values

    {% for age in segment_ages() -%}
    union all

    select
        visitor_id,
        order_date + {{ age }} as event_date,
        0 as orders,
        0 as valuable_currencies
    from orders

    {% endfor -%}
),

days as (

    select
        visitor_id,
        event_date,
        sum(orders) as orders,
        sum(valuable_currencies) as valuable_currencies
    from changes
    group by visitor_id, event_date

),

states as (

    select
        visitor_id,
        event_date,
        sum(orders) over so_far as orders,
        sum(valuable_currencies) over so_far > 0 as is_valuable,
        max(case when orders > 0 then event_date end) over so_far as last_order_date
    from days
    window so_far as (
        partition by visitor_id
        order by event_date
        rows between unbounded preceding and current row
    )

),

segments as (

    select
        visitor_id,
        event_date,
        {{ customer_segment(dbt.datediff('last_order_date', 'event_date', 'day'), 'orders', 'is_valuable') }} as segment
    from states

),

moves as (

    select
        visitor_id,
        event_date,
        segment,
        lag(segment) over (partition by visitor_id order by event_date) as previous_segment
    from segments

),

customer_segments as (

    select
        visitor_id,
        event_date,
        segment,
        previous_segment
    from moves
    where segment is distinct from previous_segment

)

select * from customer_segments
