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

product_events as (

    select * from {{ ref('int_product_events') }}

),

products as (

    select
        product_id,
        coalesce(category_level_1, '(none)') as first_category
    from {{ ref('dim_products') }}

),

whole_sessions as (

    select
        session_date,
        channel,
        device_type,
        country,
        cast(null as string) as category,
        true as is_total,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }}
    from sessions

),

categories_of_sessions as (

    select
        product_events.visitor_id,
        product_events.session_started_at,
        products.first_category as category,
        count(case when product_events.event_type = 'product_view' then 1 end) as product_views,
        count(case when product_events.event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when product_events.event_type = 'purchase' then 1 end) as purchases
    from product_events
    inner join products on product_events.product_id = products.product_id
    group by product_events.visitor_id, product_events.session_started_at, products.first_category

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
        {{ funnel_steps('parts.product_views', 'parts.cart_adds', 'sessions.checkouts', 'parts.purchases') }}
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
        count(case when has_purchase then 1 end) as purchase_sessions
    from steps
    group by session_date, channel, device_type, country, category, is_total

)

select * from fct_funnel
