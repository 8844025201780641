{{ config(materialized='ephemeral') }}

{%- set told = ['event_id', 'event_date', 'event_type', 'user_id', 'anonymous_id', 'order_id'] %}

with

came as (

    select
        event_id,
        event_date
    from {{ source('raw', 'events') }}
    where {{ on_any_day('event_date') }} and {{ touched('event_date', otherwise='false') }} and {{ pending() }}

),

went as (

    select * from {{ source('removed', 'events') }}

),

changed_keys as (

    select
        event_id,
        event_date
    from came

    union distinct

    select
        event_id,
        event_date
    from went

),

-- A copy that came or went can change which copy counts, so all of them are told, with their own visitors and orders.
copies as (

    select
        {{ told | join(',\n        ') }}
    from {{ source('raw', 'events') }}
    where {{ on_any_day('event_date') }} and {{ touched('event_date', otherwise='false') }}

    union all

    select
        {{ told | join(',\n        ') }}
    from went

),

changed_events as (

    select
        copies.event_date,
        {{ visitor_id('copies.user_id', 'copies.anonymous_id') }} as visitor_id,
        copies.event_type = 'purchase' as is_purchase,
        case
            when copies.event_type in ('purchase', 'refund')
                then {{ order_key('copies.order_id', 'copies.event_id', 'copies.event_date') }}
        end as order_key
    from copies
    left join changed_keys -- BigQuery cannot run a correlated `exists` beside an `or`
        on copies.event_id = changed_keys.event_id and copies.event_date = changed_keys.event_date
    where
        {% if var('backfilled_dates', []) %}{{ backfilled('copies.event_date') }} or{% endif %}
        changed_keys.event_id is not null

)

select * from changed_events
