{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date', -1, 3) }} and {{ touched('session_date', -1, 2) }}

),

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
        sum(events) as events,
        sum(page_views) as page_views,
        sum(product_views) as product_views,
        sum(searches) as searches,
        sum(cart_adds) as cart_adds,
        sum(checkouts) as checkouts,
        sum(purchases) as purchases
    from half_hours
    group by visitor_id, session_started_at

),

sessions as (

    select
        -- ids
        {{ session_id('added_up.visitor_id', 'added_up.session_started_at') }} as session_id,
        added_up.visitor_id,

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
        cast(added_up.events as int64) as events,
        cast(added_up.page_views as int64) as page_views,
        cast(added_up.product_views as int64) as product_views,
        cast(added_up.searches as int64) as searches,
        cast(added_up.cart_adds as int64) as cart_adds,
        cast(added_up.checkouts as int64) as checkouts,
        cast(added_up.purchases as int64) as purchases,

        -- dates and timestamps
        added_up.session_date,
        added_up.last_event_date,
        added_up.session_started_at,
        added_up.session_ended_at
    from added_up
    inner join channels
        on
            added_up.visitor_id = channels.visitor_id
            and added_up.session_started_at = channels.session_started_at

)

select * from sessions
