{{ config(materialized='incremental', meta={'rebuilt_by': 'event_date', 'days': [0, 2]}) }}

{%- set counts = ['events', 'page_views', 'product_views', 'searches', 'cart_adds', 'checkouts', 'purchases'] %}
{%- set instants = ['first_view_at', 'first_cart_at', 'last_cart_at', 'last_checkout_at', 'last_purchase_at'] %}

with

events as (

    select * from {{ ref('stg_events') }}
    where {{ touched('event_date', -2, 2) if builds_everything() else touched('event_date') }}

),

-- A pause of more than 30 minutes never lies within a half hour, so a session can only open with its first event.
-- The order of events is worked out between half hours, of which there are several times fewer than events.
counted as (

    select
        visitor_id,
        event_date,
        {{ half_hour_of('event_timestamp') }} as half_hour,
        min(event_timestamp) as first_event_at,
        max(event_timestamp) as last_event_at,
        min(case when event_type = 'product_view' then event_timestamp end) as first_view_at,
        min(case when event_type = 'add_to_cart' then event_timestamp end) as first_cart_at,
        max(case when event_type = 'add_to_cart' then event_timestamp end) as last_cart_at,
        max(case when event_type = 'begin_checkout' then event_timestamp end) as last_checkout_at,
        max(case when event_type = 'purchase' then event_timestamp end) as last_purchase_at,
        count(*) as events,
        count(case when event_type = 'page_view' then 1 end) as page_views,
        count(case when event_type = 'product_view' then 1 end) as product_views,
        count(case when event_type = 'search' then 1 end) as searches,
        count(case when event_type = 'add_to_cart' then 1 end) as cart_adds,
        count(case when event_type = 'begin_checkout' then 1 end) as checkouts,
        count(case when event_type = 'purchase' then 1 end) as purchases
    from events
    group by visitor_id, event_date, half_hour

),

{% if not builds_everything() -%}
-- The days around are counted already: two before, which decide the sessions of a touched day, and two after, whose
-- sessions it decides.
counted_before as (

    select
        visitor_id,
        event_date,
        half_hour,
        first_event_at,
        last_event_at,
        {{ (instants + counts) | join(',\n        ') }}
    from {{ this }}
    where {{ touched('event_date', -2, 2) }} and not {{ touched('event_date') }}

),
{%- endif %}

half_hours as (

    select * from counted
    {%- if not builds_everything() %}
    union all
    select * from counted_before
    {%- endif %}

),

compared as (

    select
        *,
        coalesce(first_event_at > lag(last_event_at) over by_time + interval 30 minute, true) as is_opening,
        coalesce(event_date > lag(event_date) over by_time, true) as is_first_of_day
    from half_hours
    window by_time as (partition by visitor_id order by first_event_at)

),

looking_back as (

    select
        *,
        max(case when is_opening then first_event_at end) over by_time as last_opened_at,
        max(case when is_opening then event_date end) over by_time as last_opened_date,
        max(case when is_first_of_day then first_event_at end) over by_time as day_began_at
    from compared
    window by_time as (partition by visitor_id order by first_event_at)

),

visitor_half_hours as (

    select
        visitor_id,
        event_date,
        half_hour,
        case when last_opened_date >= event_date - 1 then last_opened_date else event_date end as session_date,
        case when last_opened_date >= event_date - 1 then last_opened_at else day_began_at end as session_started_at,
        first_event_at,
        last_event_at,
        {{ (instants + counts) | join(',\n        ') }}
    from looking_back
    where {{ is_rebuilt() }}

)

select * from visitor_half_hours
