with

events as (

    select * from {{ ref('stg_events') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

sale_events as (

    select
        event_id,
        event_date,
        event_timestamp,
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

-- Sessions of one visitor do not overlap, so an event falls into exactly one.
placed as (

    select
        sale_events.*,
        sessions.session_id,
        sessions.channel,
        sessions.device_type,
        sessions.country
    from sale_events
    left join sessions
        on
            sale_events.visitor_id = sessions.visitor_id
            and sale_events.event_timestamp between sessions.session_started_at and sessions.session_ended_at

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
