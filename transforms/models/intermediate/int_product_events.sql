{{ config(materialized='ephemeral') }}

with

events as (

    select
        *,
        {{ half_hour_of('event_timestamp') }} as half_hour
    from {{ ref('stg_events') }}
    where {{ touched('event_date', -1, 3, also='recategorised_dates') }}

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where
        {{ touched('event_date', -1, 3, also='recategorised_dates') }}
        and {{ touched('session_date', -1, 2, also='recategorised_dates') }}

),

product_events as (

    select
        -- ids
        events.visitor_id,
        events.product_id,

        -- text
        events.event_type,

        -- dates and timestamps
        events.event_date,
        events.event_timestamp,
        half_hours.session_date,
        half_hours.session_started_at
    from events
    inner join half_hours
        on
            events.visitor_id = half_hours.visitor_id
            and events.event_date = half_hours.event_date
            and events.half_hour = half_hours.half_hour
    where events.product_id is not null

)

select * from product_events
