with

product_events as (

    select
        visitor_id,
        event_date,
        {{ half_hour_of('event_timestamp') }} as half_hour,
        product_id,
        event_type,
        quantity
    from {{ ref('stg_events') }}
    where product_id is not null

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}

),

product_interactions as (

    select
        product_events.event_date,
        half_hours.visitor_id,
        half_hours.session_started_at,
        product_events.product_id,
        count(case when product_events.event_type = 'product_view' then 1 end) as product_views,
        count(case when product_events.event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when product_events.event_type = 'purchase' then 1 end) as purchases,
        cast(
            sum(case when product_events.event_type = 'purchase' then product_events.quantity else 0 end) as int64
        ) as units
    from product_events
    inner join half_hours
        on
            product_events.visitor_id = half_hours.visitor_id
            and product_events.event_date = half_hours.event_date
            and product_events.half_hour = half_hours.half_hour
    group by
        product_events.event_date, half_hours.visitor_id, half_hours.session_started_at, product_events.product_id

)

select * from product_interactions
