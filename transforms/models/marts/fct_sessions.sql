{{ config(materialized='view', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

sessions as (

    select * from {{ ref('int_sessions') }}

),

fct_sessions as (

    select
        -- ids
        session_id,
        visitor_id,
        {{ user_of_visitor('visitor_id') }} as user_id,

        -- text
        channel,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer_host,
        landing_page_path,
        device_type,
        country,

        -- numbers and flags
        events,
        page_views,
        product_views,
        searches,
        cart_adds,
        checkouts,
        purchases,
        {{ seconds_between('session_started_at', 'session_ended_at') }} as duration_seconds,
        events = 1 as is_bounce,
        purchases > 0 as is_converted,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }},
        has_ordered_cart,
        has_ordered_checkout,
        has_ordered_purchase,

        -- dates and timestamps
        session_date,
        session_started_at,
        session_ended_at
    from sessions

)

select * from fct_sessions
