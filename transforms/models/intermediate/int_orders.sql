{{ config(materialized='incremental', meta={'rebuilt_by': 'visitor_id', 'changed_in': 'int_changed_buyers'}) }}

with

order_lines as (

    select * from {{ ref('int_order_lines') }}
    where not is_refund

),

first_visits as (

    select * from {{ ref('int_buyer_first_visits') }}

),

-- An order of a changed buyer may have lines of others, and theirs may come first.
candidates as (

    select distinct order_key
    from order_lines
    where {{ changed('visitor_id', 'int_changed_buyers') }}

),

purchase_lines as (

    select
        order_lines.*,
        row_number() over (
            partition by order_lines.order_key
            order by order_lines.event_timestamp, order_lines.event_id
        ) as place_in_order
    from order_lines
    inner join candidates on order_lines.order_key = candidates.order_key

),

first_lines as (

    select * from purchase_lines
    where place_in_order = 1 and {{ is_rebuilt() }}

),

orders as (

    select
        -- ids
        first_lines.order_key,
        first_lines.order_id,
        first_lines.is_order_id_derived,
        first_lines.visitor_id,
        first_lines.session_id,

        -- text
        first_lines.channel,
        first_lines.device_type,
        first_lines.country,

        -- numbers
        row_number() over by_time as order_number,

        -- dates and timestamps
        first_lines.event_date as order_date,
        first_lines.event_timestamp as ordered_at,
        lag(first_lines.event_date) over by_time as previous_order_date,
        lag(first_lines.event_timestamp) over by_time as previous_ordered_at,
        first_visits.first_seen_date,
        first_visits.first_seen_at
    from first_lines
    inner join first_visits on first_lines.visitor_id = first_visits.visitor_id
    window by_time as (
        partition by first_lines.visitor_id
        order by first_lines.event_timestamp, first_lines.order_key
    )

)

select * from orders
