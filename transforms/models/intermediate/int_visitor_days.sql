with

events as (

    select * from {{ ref('stg_events') }}

),

visitor_days as (

    select
        visitor_id,
        event_date,
        count(*) as events,
        min(event_timestamp) as first_event_at,
        max(event_timestamp) as last_event_at,
        min(case when event_type = 'add_to_cart' then event_timestamp end) as first_cart_at
    from events
    group by visitor_id, event_date

)

select * from visitor_days
