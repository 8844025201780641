{{ config(materialized='incremental', meta={'rebuilt_by': 'event_date', 'days': [-1, 3]}) }}

with

events as (

    select * from {{ ref('stg_events') }}
    where {{ is_rebuilt() }}

),

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where {{ is_rebuilt() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}
    where {{ touched('session_date', -2, 3) }}

),

sale_events as (

    select
        event_id,
        event_date,
        event_timestamp,
        {{ half_hour_of('event_timestamp') }} as half_hour,
        visitor_id,
        {{ order_key() }} as order_key,
        coalesce(order_id, event_id) as order_id,
        order_id is null as is_order_id_derived,
        event_type = 'refund' as is_refund,
        product_id,
        currency,
        quantity,
        quantity * unit_price as full_amount,
        coalesce(discount_amount, 0) as discount_amount
    from events
    where event_type in ('purchase', 'refund')

),

-- By equal keys only: a till that is one visitor with all its sales would make a join by times run for hours.
placed as (

    select
        sale_events.*,
        sessions.session_id,
        sessions.channel,
        sessions.device_type,
        sessions.country
    from sale_events
    left join half_hours
        on
            sale_events.visitor_id = half_hours.visitor_id
            and sale_events.event_date = half_hours.event_date
            and sale_events.half_hour = half_hours.half_hour
    left join sessions
        on
            half_hours.visitor_id = sessions.visitor_id
            and half_hours.session_started_at = sessions.session_started_at

),

order_lines as (

    select
        -- ids
        order_key,
        order_id,
        is_order_id_derived,
        event_id,
        visitor_id,
        session_id,
        product_id,

        -- text
        channel,
        device_type,
        country,
        currency,

        -- numbers
        is_refund,
        quantity,
        {{ money('case when is_refund then 0 else full_amount end') }} as gross_amount,
        {{ money('case when is_refund then 0 else discount_amount end') }} as discount_amount,
        {{ money('case when is_refund then full_amount - discount_amount else 0 end') }} as refund_amount,
        {{ money('case when is_refund then -1 else 1 end * (full_amount - discount_amount)') }} as net_amount,

        -- dates and timestamps
        event_date,
        event_timestamp
    from placed

)

select * from order_lines
