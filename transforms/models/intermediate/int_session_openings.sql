{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('stg_events') }}

),

openings as (

    select
        visitor_id,
        session_started_at
    from {{ ref('int_visitor_half_hours') }}
    where first_event_at = session_started_at

),

opening_events as (

    select
        openings.visitor_id,
        openings.session_started_at,
        events.event_id,
        events.page_url,
        events.referrer_url,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.device_type,
        events.country
    from events
    inner join openings
        on
            events.visitor_id = openings.visitor_id
            and events.event_timestamp = openings.session_started_at

),

-- Ranking every opening would cost as much as all the rest: only those of one and the same instant are put in order.
ties as (

    select
        visitor_id,
        session_started_at,
        min(event_id) as event_id
    from opening_events
    group by visitor_id, session_started_at
    having count(*) > 1

),

session_openings as (

    select
        opening_events.visitor_id,
        opening_events.session_started_at,
        opening_events.page_url,
        opening_events.referrer_url,
        opening_events.utm_source,
        opening_events.utm_medium,
        opening_events.utm_campaign,
        opening_events.device_type,
        opening_events.country
    from opening_events
    left join ties
        on
            opening_events.visitor_id = ties.visitor_id
            and opening_events.session_started_at = ties.session_started_at
    where ties.event_id is null or opening_events.event_id = ties.event_id

)

select * from session_openings
