{{ config(materialized='ephemeral') }}

with

half_hours as (

    select * from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date', -1, 2) }} and {{ changed('visitor_id', 'int_changed_visitors') }}

),

sessions as (

    select
        *,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }}
    from {{ ref('int_sessions') }}
    where {{ touched('session_date', -1, 2) }} and {{ changed('visitor_id', 'int_changed_visitors') }}

),

events_of_days as (

    select
        visitor_id,
        event_date,
        {%- for count in ['events', 'product_views', 'cart_adds', 'checkouts', 'purchases'] %}
        cast(sum({{ count }}) as int64) as {{ count }},
        {%- endfor %}
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        min(first_cart_at) as first_cart_at
    from half_hours
    group by visitor_id, event_date

),

sessions_of_days as (

    select
        visitor_id,
        session_date,
        {%- for attribute in ['channel', 'device_type', 'country'] %}
        {{ first_by(attribute, 'session_started_at') }} as first_{{ attribute }},
        {%- endfor %}
        {%- for step in ['view', 'cart', 'checkout', 'purchase'] %}
        {{ any_true('has_' ~ step) }} as has_{{ step }},
        {%- endfor %}
        count(*) as sessions
    from sessions
    group by visitor_id, session_date

),

visitor_day_facts as (

    select
        events_of_days.*,
        sessions_of_days.first_channel,
        sessions_of_days.first_device_type,
        sessions_of_days.first_country,
        {%- for step in ['view', 'cart', 'checkout', 'purchase'] %}
        coalesce(sessions_of_days.has_{{ step }}, false) as has_{{ step }},
        {%- endfor %}
        coalesce(sessions_of_days.sessions, 0) as sessions
    from events_of_days
    left join sessions_of_days
        on
            events_of_days.visitor_id = sessions_of_days.visitor_id
            and events_of_days.event_date = sessions_of_days.session_date

)

select * from visitor_day_facts
