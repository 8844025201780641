{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'session_date', 'days': [-1, 2], 'also': 'recategorised_dates'}
    )
}}

with

sessions as (

    select * from {{ ref('int_sessions') }}
    where {{ is_rebuilt() }}

),

categories_of_sessions as (

    select * from {{ ref('int_session_categories') }}

),

whole_sessions as (

    select
        session_date,
        channel,
        device_type,
        country,
        cast(null as string) as category,
        true as is_total,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }},
        has_ordered_cart,
        has_ordered_checkout,
        has_ordered_purchase
    from sessions

),

-- A checkout is of the whole cart: it counts for each category of which something was put into it.
parts_of_sessions as (

    select
        sessions.session_date,
        sessions.channel,
        sessions.device_type,
        sessions.country,
        parts.category,
        false as is_total,
        {{ funnel_steps('parts.product_views', 'parts.cart_adds', 'sessions.checkouts', 'parts.purchases') }},
        {{ ordered_steps('parts.ordered_cart_at', 'sessions.last_checkout_at', 'parts.last_purchase_at') }}
    from categories_of_sessions as parts
    inner join sessions
        on
            parts.visitor_id = sessions.visitor_id
            and parts.session_started_at = sessions.session_started_at

),

steps as (

    select * from whole_sessions

    union all

    select * from parts_of_sessions

),

fct_funnel as (

    select
        session_date,
        channel,
        device_type,
        country,
        category,
        is_total,
        count(*) as sessions,
        count(case when has_view then 1 end) as view_sessions,
        count(case when has_cart then 1 end) as cart_sessions,
        count(case when has_checkout then 1 end) as checkout_sessions,
        count(case when has_purchase then 1 end) as purchase_sessions,
        count(case when has_ordered_cart then 1 end) as ordered_cart_sessions,
        count(case when has_ordered_checkout then 1 end) as ordered_checkout_sessions,
        count(case when has_ordered_purchase then 1 end) as ordered_purchase_sessions
    from steps
    group by session_date, channel, device_type, country, category, is_total

)

select * from fct_funnel
