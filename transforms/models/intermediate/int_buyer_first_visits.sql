{{ config(materialized='ephemeral') }}

with

-- Most changed buyers have a day that was just built, and it tells; only for the others are all days looked through.
touched_days as (

    select
        visitor_id,
        first_seen_date,
        first_seen_at
    from {{ ref('int_visitor_days') }}
    where {{ touched('event_date', -1, 2) }} and {{ changed('visitor_id', 'int_changed_buyers') }}

)

{%- if not builds_everything() %},

others as (

    select visitor_id
    from {{ ref('int_changed_buyers') }}
    where visitor_id not in (select touched_days.visitor_id from touched_days)

),

other_days as (

    select
        visitor_id,
        first_seen_date,
        first_seen_at
    from {{ ref('int_visitor_days') }}
    where visitor_id in (select others.visitor_id from others)

)
{%- endif %},

buyer_days as (

    select * from touched_days
    {%- if not builds_everything() %}
    union all
    select * from other_days
    {%- endif %}

),

buyer_first_visits as (

    select
        visitor_id,
        min(first_seen_date) as first_seen_date,
        min(first_seen_at) as first_seen_at
    from buyer_days
    group by visitor_id

)

select * from buyer_first_visits
