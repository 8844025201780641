{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

session_products as (

    select
        session_date,
        product_id,
        {{ funnel_steps('product_views', 'cart_adds', 'purchases', 'purchases') }}
    from {{ ref('int_session_products') }}
    where {{ is_rebuilt() }}

),

fct_product_days as (

    select
        session_date,
        product_id,
        count(*) as sessions,
        count(case when has_view then 1 end) as view_sessions,
        count(case when has_cart then 1 end) as cart_sessions,
        count(case when has_purchase then 1 end) as purchase_sessions
    from session_products
    group by session_date, product_id

)

select * from fct_product_days
