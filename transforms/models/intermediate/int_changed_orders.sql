with

changed_events as (

    select * from {{ ref('int_changed_events') }}

),

order_lines as (

    select * from {{ ref('int_order_lines') }}
    where {{ touched('event_date', -1, 3, otherwise='false') }}

),

-- What a line says of its session can change where no line of the order does.
changed_orders as (

    select order_key
    from changed_events
    where order_key is not null

    union distinct

    select order_key
    from order_lines

)

select * from changed_orders
