{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

channels as (

    select * from {{ ref('int_session_channels') }}

),

added_up as (

    select
        visitor_id,
        session_started_at,
        min(session_date) as session_date,
        max(event_date) as last_event_date,
        max(last_event_at) as session_ended_at,
        min(first_view_at) as first_view_at,
        min(first_cart_at) as first_cart_at,
        max(last_cart_at) as last_cart_at,
        max(last_checkout_at) as last_checkout_at,
        max(last_purchase_at) as last_purchase_at,
        sum(events) as events,
        sum(page_views) as page_views,
        sum(product_views) as product_views,
        sum(searches) as searches,
        sum(cart_adds) as cart_adds,
        sum(checkouts) as checkouts,
        sum(purchases) as purchases
    from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date', -1, 3) }} and {{ touched('session_date', -1, 2) }}
    group by visitor_id, session_started_at

),

-- Where the cart was filled both before the first product was seen and after, half hours don't tell when that was. Few
-- sessions are so: they are added up by themselves, as what two look at is kept in memory, all columns of it.
looked_up as (

    select
        visitor_id,
        session_started_at,
        min(first_view_at) as first_view_at,
        min(first_cart_at) as first_cart_at,
        max(last_cart_at) as last_cart_at
    from {{ ref('int_visitor_half_hours') }}
    where
        (first_view_at is not null or first_cart_at is not null)
        and {{ touched('event_date', -1, 3) }}
        and {{ touched('session_date', -1, 2) }}
    group by visitor_id, session_started_at

),

filled_again as (

    select
        looked_up.visitor_id,
        looked_up.session_started_at,
        min(events.event_timestamp) as cart_at
    from looked_up
    inner join {{ ref('stg_events') }} as events
        on
            looked_up.visitor_id = events.visitor_id
            and looked_up.first_view_at <= events.event_timestamp
            and looked_up.last_cart_at >= events.event_timestamp
    where
        looked_up.first_cart_at < looked_up.first_view_at
        and events.event_type = 'add_to_cart'
        and {{ touched('events.event_date', -1, 3) }}
    group by looked_up.visitor_id, looked_up.session_started_at

),

in_order as (

    select
        added_up.*,
        case
            when added_up.first_cart_at >= added_up.first_view_at then added_up.first_cart_at else filled_again.cart_at
        end as ordered_cart_at
    from added_up
    left join filled_again
        on
            added_up.visitor_id = filled_again.visitor_id
            and added_up.session_started_at = filled_again.session_started_at

),

sessions as (

    select
        -- ids
        {{ session_id('in_order.visitor_id', 'in_order.session_started_at') }} as session_id,
        in_order.visitor_id,

        -- text
        channels.channel,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        channels.referrer_host,
        channels.landing_page_path,
        channels.device_type,
        channels.country,

        -- numbers
        cast(in_order.events as int64) as events,
        cast(in_order.page_views as int64) as page_views,
        cast(in_order.product_views as int64) as product_views,
        cast(in_order.searches as int64) as searches,
        cast(in_order.cart_adds as int64) as cart_adds,
        cast(in_order.checkouts as int64) as checkouts,
        cast(in_order.purchases as int64) as purchases,

        -- flags
        {{ ordered_steps('in_order.ordered_cart_at', 'in_order.last_checkout_at', 'in_order.last_purchase_at') }},
        coalesce(in_order.last_checkout_at >= in_order.first_cart_at, false)
        or coalesce(in_order.last_purchase_at >= in_order.first_cart_at, false) as has_checkout_after_cart,
        coalesce(in_order.last_purchase_at >= in_order.first_cart_at, false) as has_purchase_after_cart,

        -- dates and timestamps
        in_order.session_date,
        in_order.last_event_date,
        in_order.session_started_at,
        in_order.session_ended_at,
        in_order.last_checkout_at
    from in_order
    inner join channels
        on
            in_order.visitor_id = channels.visitor_id
            and in_order.session_started_at = channels.session_started_at

)

select * from sessions
