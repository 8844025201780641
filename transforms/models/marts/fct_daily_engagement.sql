with

visitor_days as (

    select
        event_date,
        events,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }}
    from {{ ref('int_visitor_days') }}

),

changes as (

    select * from {{ ref('int_active_visitor_changes') }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

bounds as (

    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from visitor_days

),

calendar as (

    -- each engine names the relation of these days differently
    select calendar_date  -- noqa: RF02
    from bounds
    cross join {{ each_day('bounds.first_date', 'bounds.last_date') }}

),

visitors_by_date as (

    select
        event_date,
        count(*) as visitors,
        sum(events) as events,
        count(case when has_view then 1 end) as view_visitors,
        count(case when has_cart then 1 end) as cart_visitors,
        count(case when has_checkout then 1 end) as checkout_visitors,
        count(case when has_purchase then 1 end) as purchase_visitors
    from visitor_days
    group by event_date

),

sessions_by_date as (

    select
        session_date,
        count(*) as sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when is_converted then 1 end) as converted_sessions,
        sum(duration_seconds) as session_seconds
    from sessions
    group by session_date

),

-- Visitors active in the 7 and the 30 days that end on a day: all that became so up to it, less all that ceased to be.
days as (

    select
        calendar.calendar_date as event_date,
        coalesce(visitors_by_date.visitors, 0) as dau,
        sum(coalesce(changes.week_change, 0)) over by_date as wau,
        sum(coalesce(changes.month_change, 0)) over by_date as mau,
        coalesce(changes.new_visitors, 0) as new_visitors,
        coalesce(visitors_by_date.view_visitors, 0) as view_visitors,
        coalesce(visitors_by_date.cart_visitors, 0) as cart_visitors,
        coalesce(visitors_by_date.checkout_visitors, 0) as checkout_visitors,
        coalesce(visitors_by_date.purchase_visitors, 0) as purchase_visitors,
        coalesce(visitors_by_date.events, 0) as events,
        coalesce(sessions_by_date.sessions, 0) as sessions,
        coalesce(sessions_by_date.bounces, 0) as bounces,
        coalesce(sessions_by_date.converted_sessions, 0) as converted_sessions,
        coalesce(sessions_by_date.session_seconds, 0) as session_seconds
    from calendar
    left join visitors_by_date on calendar.calendar_date = visitors_by_date.event_date
    left join sessions_by_date on calendar.calendar_date = sessions_by_date.session_date
    left join changes on calendar.calendar_date = changes.change_date
    window by_date as (order by calendar.calendar_date)

),

fct_daily_engagement as (

    select
        event_date,
        dau,
        cast(wau as int64) as wau,
        cast(mau as int64) as mau,
        new_visitors,
        {{ share('dau', 'mau') }} as stickiness_share,
        view_visitors,
        cart_visitors,
        checkout_visitors,
        purchase_visitors,
        cast(events as int64) as events,
        sessions,
        bounces,
        converted_sessions,
        cast(session_seconds as int64) as session_seconds,
        {{ share('session_seconds', 'sessions') }} as average_session_seconds,
        {{ share('bounces', 'sessions') }} as bounce_rate,
        {{ share('converted_sessions', 'sessions') }} as conversion_rate
    from days

)

select * from fct_daily_engagement
