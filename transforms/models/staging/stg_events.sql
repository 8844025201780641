with

events as (

    select * from {{ source('raw', 'events') }}

),

repeated_events as (

    select * from {{ ref('stg_repeated_events') }}

),

folded as (

    select
        {%- for column in event_columns() %}
        events.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from events
    where not exists (
        select 1
        from repeated_events
        where
            repeated_events.event_id = events.event_id
            and repeated_events.event_date = events.event_date
    )

    union all

    select
        {%- for column in event_columns() %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
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
