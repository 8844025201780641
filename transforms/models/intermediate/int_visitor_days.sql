{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'visitor_id', 'changed_in': 'int_changed_visitors', 'since': ['event_date', 1]}
    )
}}

{%- set facts = ['events', 'product_views', 'cart_adds', 'checkouts', 'purchases', 'last_event_at', 'first_cart_at',
                 'sessions', 'first_channel', 'first_device_type', 'first_country'] %}
{%- set steps = ['has_view', 'has_cart', 'has_checkout', 'has_purchase'] %}
{%- set columns = ['visitor_id', 'event_date', 'first_event_at'] + steps %}

with

days as (

    select
        {{ (columns + facts) | join(',\n        ') }}
    from {{ ref('int_visitor_day_facts') }}

    {%- if not builds_everything() %}

    union all

    -- Later days of a changed visitor stay as they are, but may have another day before them now.
    select
        {{ (columns + facts) | join(',\n        ') }}
    from {{ this }}
    where
        {{ changed('visitor_id', 'int_changed_visitors') }}
        and {{ since_touched('event_date', 1) }}
        and not {{ touched('event_date', -1, 2) }}

    union all

    -- Earlier days say when the visitor was seen before, so little of them is read.
    select
        {{ columns | join(',\n        ') }},
        null as {{ facts | join(',\n        null as ') }}
    from {{ this }}
    where
        {{ changed('visitor_id', 'int_changed_visitors') }}
        and not {{ since_touched('event_date', 1) }}
    {%- endif %}

),

visitor_days as (

    select
        *,
        min(event_date) over by_date as first_seen_date,
        min(first_event_at) over by_date as first_seen_at,
        {%- for step in steps %}
        coalesce(min(case when {{ step }} then event_date end) over by_date = event_date, false)
            as is_first_{{ step[4:] }},
        {%- endfor %}
        lag(event_date) over by_date as previous_event_date
    from days
    window by_date as (partition by visitor_id order by event_date)

)

select * from visitor_days
where {{ since_touched('event_date', 1) }}
