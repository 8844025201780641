{{ config(materialized='ephemeral') }}

with

events as (

    select
        *,
        {{ half_hour_of('event_timestamp') }} as half_hour
    from {{ ref('stg_events') }}
    where {{ touched('event_date', -1, 3) }}

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date', -1, 3) }} and {{ touched('session_date', -1, 2) }}

),

session_touches as (

    select
        -- ids
        events.event_id,
        events.visitor_id,

        -- text
        events.page_url,
        events.referrer_url,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.device_type,
        events.country,

        -- flags
        events.event_timestamp = half_hours.session_started_at as is_opening,

        -- timestamps
        half_hours.session_started_at,
        events.event_timestamp
    from events
    inner join half_hours
        on
            events.visitor_id = half_hours.visitor_id
            and events.event_date = half_hours.event_date
            and events.half_hour = half_hours.half_hour
    where
        events.event_timestamp = half_hours.session_started_at
        or events.utm_source is not null
        or events.utm_medium is not null
        or events.utm_campaign is not null

)

select * from session_touches
