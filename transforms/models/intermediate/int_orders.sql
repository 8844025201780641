with

order_lines as (

    select * from {{ ref('int_order_lines') }}

),

purchase_lines as (

    select
        *,
        row_number() over (partition by order_key order by event_timestamp, event_id) as place_in_order
    from order_lines
    where not is_refund

),

first_lines as (

    select * from purchase_lines
    where place_in_order = 1

),

orders as (

    select
        -- ids
        order_key,
        order_id,
        is_order_id_derived,
        visitor_id,
        session_id,

        -- text
        channel,
        device_type,
        country,

        -- numbers
        row_number() over (partition by visitor_id order by event_timestamp, order_key) as order_number,

        -- dates and timestamps
        event_date as order_date,
        event_timestamp as ordered_at,
        lag(event_timestamp) over (partition by visitor_id order by event_timestamp, order_key) as previous_ordered_at
    from first_lines

)

select * from orders
