{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

product_events as (

    select * from {{ ref('int_product_events') }}

),

products_of_sessions as (

    select
        session_date,
        product_id,
        count(case when event_type = 'product_view' then 1 end) as product_views,
        count(case when event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when event_type = 'purchase' then 1 end) as purchases
    from product_events
    where {{ is_rebuilt() }}
    group by session_date, product_id, visitor_id, session_started_at

),

steps as (

    select
        session_date,
        product_id,
        {{ funnel_steps('product_views', 'cart_adds', 'purchases', 'purchases') }}
    from products_of_sessions

),

fct_product_days as (

    select
        session_date,
        product_id,
        count(*) as sessions,
        count(case when has_view then 1 end) as view_sessions,
        count(case when has_cart then 1 end) as cart_sessions,
        count(case when has_purchase then 1 end) as purchase_sessions
    from steps
    group by session_date, product_id

)

select * from fct_product_days
