{{ config(materialized='view') }}

with

visitor_days as (

    select * from {{ ref('int_visitor_days') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

visits as (

    select
        visitor_id,
        {%- for attribute in ['channel', 'device_type', 'country'] %}
        {{ first_by('first_' ~ attribute, 'event_date') }} as first_{{ attribute }},
        {%- endfor %}
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        min(first_event_at) as first_seen_at,
        max(last_event_at) as last_seen_at,
        min(first_cart_at) as first_cart_at,
        count(*) as active_days,
        cast(sum(sessions) as int64) as sessions
    from visitor_days
    group by visitor_id

),

order_counts as (

    select
        visitor_id,
        count(*) as orders,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from orders
    group by visitor_id

),

user_journey as (

    select
        -- ids
        visits.visitor_id,
        {{ user_of_visitor('visits.visitor_id') }} as user_id,

        -- text
        visits.first_channel,
        visits.first_device_type,
        visits.first_country,

        -- numbers
        visits.active_days,
        visits.sessions,
        coalesce(order_counts.orders, 0) as orders,
        {{ seconds_between('visits.first_seen_at', 'order_counts.first_ordered_at') }} as time_to_purchase_seconds,

        -- dates and timestamps
        visits.first_seen_date,
        visits.last_seen_date,
        visits.first_seen_at,
        visits.last_seen_at,
        visits.first_cart_at,
        order_counts.first_ordered_at,
        order_counts.last_ordered_at
    from visits
    left join order_counts on visits.visitor_id = order_counts.visitor_id

)

select * from user_journey
