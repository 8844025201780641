with

changed_events as (

    select * from {{ ref('int_changed_events') }}

),

lines_of_changed_orders as (

    select * from {{ ref('int_order_lines') }}
    where {{ changed('order_key', 'int_changed_orders') }}

),

-- An order that nobody touched tells of another first visit when an earlier day of its visitor was touched.
lines_of_changed_visitors as (

    select * from {{ ref('int_order_lines') }}
    where
        {{ since_touched('event_date', 1, otherwise='false') }}
        and {{ changed('visitor_id', 'int_changed_visitors') }}

),

changed_buyers as (

    select visitor_id
    from changed_events
    where order_key is not null

    union distinct

    select visitor_id
    from lines_of_changed_orders

    union distinct

    select visitor_id
    from lines_of_changed_visitors

)

select * from changed_buyers
