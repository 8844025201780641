-- The numbers of sessions as different marts count them, where they are not the same.
with

sessions as (

    select * from {{ rebuilt_rows('fct_sessions') }}

),

counted as (

    select
        (select count(*) from sessions) as sessions,
        (
            select count(distinct session_id) from {{ ref('fct_conversions') }}
            where {{ touched('session_date', -1, 2) }}
        ) as conversions,
        (
            select count(*) from sessions
            where is_converted
        ) as converted_sessions,
        (
            select coalesce(sum(sessions), 0) from {{ ref('fct_funnel') }}
            where is_total and {{ touched('session_date', -1, 2) }}
        ) as sessions_of_funnel,
        (
            select coalesce(sum(sessions), 0) from {{ ref('fct_daily_engagement') }}
            where {{ touched('event_date', -1, 2) }}
        ) as sessions_of_days,
        (select coalesce(sum(sessions), 0) from {{ rebuilt_rows('fct_hourly_sessions') }}) as sessions_of_hours,
        (select coalesce(sum(sessions), 0) from {{ rebuilt_rows('fct_session_lengths') }}) as sessions_of_lengths

)

select * from counted
where
    sessions <> sessions_of_funnel
    or sessions <> sessions_of_days
    or sessions <> sessions_of_hours
    or sessions <> sessions_of_lengths
    or conversions <> converted_sessions
