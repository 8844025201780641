{{ config(materialized='incremental', meta={'rebuilt_by': 'event_date', 'days': [0, 0]}) }}

with

events as (

    select * from {{ ref('stg_events') }}
    where {{ is_rebuilt() }}

),

product_interactions as (

    select
        event_date,
        product_id,
        count(case when event_type = 'product_view' then 1 end) as product_views,
        count(case when event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when event_type = 'remove_from_cart' then 1 end) as cart_removals,
        count(case when event_type = 'purchase' then 1 end) as purchases,
        cast(sum(case when event_type = 'purchase' then quantity else 0 end) as int64) as units
    from events
    where product_id is not null
    group by event_date, product_id

)

select * from product_interactions
