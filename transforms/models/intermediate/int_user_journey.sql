with

visitor_days as (

    select * from {{ ref('int_visitor_days') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

visits as (

    select
        visitor_id,
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        min(first_event_at) as first_seen_at,
        max(last_event_at) as last_seen_at,
        min(first_cart_at) as first_cart_at,
        count(*) as active_days
    from visitor_days
    group by visitor_id

),

session_counts as (

    select
        visitor_id,
        count(*) as sessions,
        {{ first_by('channel', 'session_started_at') }} as first_channel,
        {{ first_by('device_type', 'session_started_at') }} as first_device_type,
        {{ first_by('country', 'session_started_at') }} as first_country
    from sessions
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
        session_counts.first_channel,
        session_counts.first_device_type,
        session_counts.first_country,

        -- numbers
        visits.active_days,
        session_counts.sessions,
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
    inner join session_counts on visits.visitor_id = session_counts.visitor_id
    left join order_counts on visits.visitor_id = order_counts.visitor_id

)

select * from user_journey
