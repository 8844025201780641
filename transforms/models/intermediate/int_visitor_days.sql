with

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}

),

visitor_days as (

    select
        visitor_id,
        event_date,
        cast(sum(events) as int64) as events,
        cast(sum(product_views) as int64) as product_views,
        cast(sum(cart_adds) as int64) as cart_adds,
        cast(sum(checkouts) as int64) as checkouts,
        cast(sum(purchases) as int64) as purchases,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        min(first_cart_at) as first_cart_at
    from half_hours
    group by visitor_id, event_date

)

select * from visitor_days
