-- The numbers of sessions as different marts count them, where they are not the same.
with

counted as (

    select
        (select count(*) from {{ ref('fct_sessions') }}) as sessions,
        (select count(distinct session_id) from {{ ref('fct_conversions') }}) as conversions,
        (
            select count(*) from {{ ref('fct_sessions') }}
            where is_converted
        ) as converted_sessions,
        (
            select coalesce(sum(sessions), 0) from {{ ref('fct_funnel') }}
            where category = '(all)'
        ) as sessions_of_funnel,
        (select coalesce(sum(sessions), 0) from {{ ref('fct_daily_engagement') }}) as sessions_of_days

)

select * from counted
where
    sessions <> sessions_of_funnel
    or sessions <> sessions_of_days
    or conversions <> converted_sessions
