-- The numbers of events that were staged, that half hours hold and that days hold, and of those that sessions hold,
-- where they are not the same.
with

counted as (

    select
        (
            select count(*) from {{ ref('stg_events') }}
            where {{ touched('event_date') }}
        ) as staged_events,
        (
            select coalesce(sum(events), 0) from {{ ref('int_visitor_half_hours') }}
            where {{ touched('event_date') }}
        ) as events_of_half_hours,
        (
            select coalesce(sum(events), 0) from {{ ref('fct_daily_engagement') }}
            where {{ touched('event_date') }}
        ) as events_of_days,
        (
            select coalesce(sum(events), 0) from {{ ref('int_visitor_half_hours') }}
            where {{ touched('session_date', -1, 2) }} and {{ touched('event_date', -1, 3) }}
        ) as events_in_sessions,
        (select coalesce(sum(events), 0) from {{ rebuilt_rows('fct_sessions') }}) as events_of_sessions

)

select * from counted
where
    staged_events <> events_of_half_hours
    or staged_events <> events_of_days
    or events_in_sessions <> events_of_sessions
