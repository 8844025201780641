{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

events as (

    select
        visitor_id,
        product_id,
        event_date,
        {{ half_hour_of('event_timestamp') }} as half_hour,
        event_type
    from {{ ref('stg_events') }}
    where product_id is not null and {{ touched('event_date', -1, 3) }}

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date', -1, 3) }} and {{ is_rebuilt() }}

),

session_products as (

    select
        -- ids
        half_hours.visitor_id,
        events.product_id,

        -- numbers
        count(case when events.event_type = 'product_view' then 1 end) as product_views,
        count(case when events.event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when events.event_type = 'purchase' then 1 end) as purchases,

        -- dates and timestamps
        half_hours.session_date,
        half_hours.session_started_at
    from events
    inner join half_hours
        on
            events.visitor_id = half_hours.visitor_id
            and events.event_date = half_hours.event_date
            and events.half_hour = half_hours.half_hour
    group by half_hours.visitor_id, half_hours.session_started_at, half_hours.session_date, events.product_id

)

select * from session_products
