with

events as (

    select * from {{ source('raw', 'events') }}
    where {{ on_any_day('event_date') }}

),

repeated_events as (

    select * from {{ ref('stg_repeated_events') }}

),

-- Not taken from `repeated_events`: a CTE that is read twice is kept in memory, and each reader of this view would
-- then read every column of every event, which is five times as slow.
repeated_keys as (

    select
        event_id,
        event_date
    from {{ ref('stg_repeated_events') }}

),

folded as (

    select events.{{ event_columns() | join(', events.') }}
    from events
    left join repeated_keys
        on
            events.event_id = repeated_keys.event_id
            and events.event_date = repeated_keys.event_date
    where repeated_keys.event_id is null

    union all

    select {{ event_columns() | join(', ') }}
    from repeated_events

),

staged_events as (

    select
        -- ids
        event_id,
        {{ visitor_id() }} as visitor_id,
        anonymous_id,
        user_id,
        source_session_id,
        product_id,
        order_id,

        -- text
        event_type,
        currency,
        page_url,
        referrer_url,
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        country,
        user_agent,
        properties,

        -- numbers
        quantity,
        unit_price,
        discount_amount,

        -- dates and timestamps
        event_date,
        event_timestamp,
        received_at
    from folded

)

select * from staged_events
