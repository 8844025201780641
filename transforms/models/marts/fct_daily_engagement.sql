with

daily_visitors as (

    select * from {{ ref('int_daily_visitors') }}

),

daily_sessions as (

    select * from {{ ref('int_daily_sessions') }}

),

bounds as (

    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from daily_visitors
    where dau > 0

),

calendar as (

    -- each engine names the relation of these days differently
    select calendar_date  -- noqa: RF02
    from bounds
    cross join {{ each_day('bounds.first_date', 'bounds.last_date') }}

),

days as (

    select
        calendar.calendar_date as event_date,
        {%- for count in ['dau', 'wau', 'mau', 'events', 'new_visitors', 'view_visitors', 'cart_visitors',
                          'checkout_visitors', 'purchase_visitors', 'new_view_visitors', 'new_cart_visitors',
                          'new_checkout_visitors', 'new_purchase_visitors'] %}
        coalesce(daily_visitors.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        coalesce(daily_sessions.sessions, 0) as sessions,
        coalesce(daily_sessions.bounces, 0) as bounces,
        coalesce(daily_sessions.converted_sessions, 0) as converted_sessions,
        coalesce(daily_sessions.session_seconds, 0) as session_seconds
    from calendar
    left join daily_visitors on calendar.calendar_date = daily_visitors.event_date
    left join daily_sessions on calendar.calendar_date = daily_sessions.session_date

),

fct_daily_engagement as (

    select
        event_date,
        dau,
        wau,
        mau,
        new_visitors,
        {{ share('dau', 'mau') }} as stickiness_share,
        view_visitors,
        cart_visitors,
        checkout_visitors,
        purchase_visitors,
        new_view_visitors,
        new_cart_visitors,
        new_checkout_visitors,
        new_purchase_visitors,
        events,
        sessions,
        bounces,
        converted_sessions,
        session_seconds,
        {{ share('session_seconds', 'sessions') }} as average_session_seconds,
        {{ share('bounces', 'sessions') }} as bounce_rate,
        {{ share('converted_sessions', 'sessions') }} as conversion_rate
    from days

)

select * from fct_daily_engagement
