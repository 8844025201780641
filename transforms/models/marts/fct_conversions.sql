{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 33]}) }}

with

order_lines as (

    select
        *,
        row_number() over (partition by session_id order by event_timestamp, event_id) as place_in_session
    from {{ ref('int_order_lines') }}
    where not is_refund and {{ touched('event_date', -1, 34) }}

),

sessions as (

    select * from {{ ref('int_sessions') }}
    where {{ touched('session_date', -33, 33) }}

),

first_purchases as (

    select
        session_id,
        visitor_id,
        currency,
        event_timestamp as converted_at
    from order_lines
    where place_in_session = 1

),

amounts as (

    select
        order_lines.session_id,
        count(distinct order_lines.order_key) as orders,
        sum(order_lines.quantity) as units,
        {%- for amount in ['gross_amount', 'discount_amount', 'net_amount'] %}
        sum(
            case
                when order_lines.currency is not distinct from first_purchases.currency then order_lines.{{ amount }}
            end
        ) as {{ amount }},
        {%- endfor %}
        max(case when order_lines.currency is distinct from first_purchases.currency then 1 else 0 end)
            as other_currencies
    from order_lines
    inner join first_purchases on order_lines.session_id = first_purchases.session_id
    group by order_lines.session_id

),

-- The visits that led up to it: those of the 30 days before, and the converting one itself.
leading_up as (

    select
        first_purchases.session_id,
        count(*) - 1 as sessions_in_30_days_before,
        max(
            case when visits.channel not in ('direct', 'unknown') then visits.session_started_at end
        ) as last_non_direct_at
    from first_purchases
    inner join sessions on first_purchases.session_id = sessions.session_id
    inner join sessions as visits
        on
            sessions.visitor_id = visits.visitor_id
            and sessions.session_started_at >= visits.session_started_at
            and sessions.session_started_at - interval 30 day <= visits.session_started_at
    group by first_purchases.session_id

),

fct_conversions as (

    select
        -- ids
        sessions.session_id,
        sessions.visitor_id,
        {{ user_of_visitor('sessions.visitor_id') }} as user_id,

        -- text
        sessions.channel,
        coalesce(last_non_direct.channel, sessions.channel) as last_non_direct_channel,
        sessions.device_type,
        sessions.country,
        first_purchases.currency,

        -- numbers and flags
        amounts.orders,
        cast(amounts.units as int64) as units,
        {{ money('amounts.gross_amount') }} as gross_amount,
        {{ money('amounts.discount_amount') }} as discount_amount,
        {{ money('amounts.net_amount') }} as net_amount,
        amounts.other_currencies = 1 as has_other_currencies,
        leading_up.sessions_in_30_days_before,
        {{ seconds_between('sessions.session_started_at', 'first_purchases.converted_at') }} as to_purchase_seconds,

        -- dates and timestamps
        sessions.session_date,
        sessions.session_started_at,
        first_purchases.converted_at
    from first_purchases
    inner join sessions on first_purchases.session_id = sessions.session_id
    inner join amounts on first_purchases.session_id = amounts.session_id
    inner join leading_up on first_purchases.session_id = leading_up.session_id
    left join sessions as last_non_direct
        on
            sessions.visitor_id = last_non_direct.visitor_id
            and leading_up.last_non_direct_at = last_non_direct.session_started_at
    where {{ is_rebuilt('sessions') }}

)

select * from fct_conversions
