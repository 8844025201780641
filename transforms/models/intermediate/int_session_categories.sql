{{ config(materialized='ephemeral') }}

with

product_events as (

    select * from {{ ref('int_product_events') }}

),

products as (

    select
        product_id,
        coalesce(category_level_1, '(none)') as category
    from {{ ref('dim_products') }}

),

added_up as (

    select
        product_events.visitor_id,
        product_events.session_started_at,
        products.category,
        count(case when product_events.event_type = 'product_view' then 1 end) as product_views,
        count(case when product_events.event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when product_events.event_type = 'purchase' then 1 end) as purchases,
        min(case when product_events.event_type = 'product_view' then product_events.event_timestamp end)
            as first_view_at,
        min(case when product_events.event_type = 'add_to_cart' then product_events.event_timestamp end)
            as first_cart_at,
        max(case when product_events.event_type = 'add_to_cart' then product_events.event_timestamp end)
            as last_cart_at,
        max(case when product_events.event_type = 'purchase' then product_events.event_timestamp end)
            as last_purchase_at
    from product_events
    inner join products on product_events.product_id = products.product_id
    group by product_events.visitor_id, product_events.session_started_at, products.category

),

-- Few put something of a category into the cart both before they saw the first product of it and after.
filled_again as (

    select
        added_up.visitor_id,
        added_up.session_started_at,
        added_up.category,
        min(product_events.event_timestamp) as cart_at
    from added_up
    inner join product_events
        on
            added_up.visitor_id = product_events.visitor_id
            and added_up.session_started_at = product_events.session_started_at
            and added_up.first_view_at <= product_events.event_timestamp
    inner join products
        on
            added_up.category = products.category
            and product_events.product_id = products.product_id
    where
        added_up.first_cart_at < added_up.first_view_at
        and added_up.last_cart_at >= added_up.first_view_at
        and product_events.event_type = 'add_to_cart'
    group by added_up.visitor_id, added_up.session_started_at, added_up.category

),

session_categories as (

    select
        added_up.visitor_id,
        added_up.session_started_at,
        added_up.category,
        added_up.product_views,
        added_up.cart_adds,
        added_up.purchases,
        case
            when added_up.first_cart_at >= added_up.first_view_at then added_up.first_cart_at else filled_again.cart_at
        end as ordered_cart_at,
        added_up.last_purchase_at
    from added_up
    left join filled_again
        on
            added_up.visitor_id = filled_again.visitor_id
            and added_up.session_started_at = filled_again.session_started_at
            and added_up.category = filled_again.category

)

select * from session_categories
