-- The numbers of events that were staged, that sessions hold and that days hold, where they are not the same.
with

counted as (

    select
        (select count(*) from {{ ref('stg_events') }}) as staged_events,
        (select coalesce(sum(events), 0) from {{ ref('fct_sessions') }}) as events_of_sessions,
        (select coalesce(sum(events), 0) from {{ ref('fct_daily_engagement') }}) as events_of_days

)

select * from counted
where staged_events <> events_of_sessions or staged_events <> events_of_days
