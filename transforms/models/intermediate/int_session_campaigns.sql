{{ config(materialized='view') }}

with

campaign_events as (

    select
        event_id,
        visitor_id,
        event_date,
        event_timestamp,
        {{ half_hour_of('event_timestamp') }} as half_hour,
        utm_source,
        utm_medium,
        utm_campaign
    from {{ ref('stg_events') }}
    where utm_source is not null or utm_medium is not null or utm_campaign is not null

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}

),

ranked as (

    select
        half_hours.visitor_id,
        half_hours.session_started_at,
        campaign_events.utm_source,
        campaign_events.utm_medium,
        campaign_events.utm_campaign,
        row_number() over (
            partition by half_hours.visitor_id, half_hours.session_started_at
            order by campaign_events.event_timestamp, campaign_events.event_id
        ) as place_in_session
    from campaign_events
    inner join half_hours
        on
            campaign_events.visitor_id = half_hours.visitor_id
            and campaign_events.event_date = half_hours.event_date
            and campaign_events.half_hour = half_hours.half_hour

),

session_campaigns as (

    select
        visitor_id,
        session_started_at,
        utm_source,
        utm_medium,
        utm_campaign
    from ranked
    where place_in_session = 1

)

select * from session_campaigns
