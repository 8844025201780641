{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

sessions as (

    select
        session_date,
        channel,
        device_type,
        country,
        {{ bucket('duration_seconds', [0, 1, 10, 30, 60, 180, 600, 1800, 3600], 'seconds') }},
        {{ bucket('events', [1, 2, 3, 5, 10, 20, 50], 'events') }},
        is_converted,
        is_bounce,
        duration_seconds,
        events
    from {{ ref('fct_sessions') }}
    where {{ is_rebuilt() }}

),

fct_session_lengths as (

    select
        session_date,
        channel,
        device_type,
        country,
        at_least_seconds,
        below_seconds,
        at_least_events,
        below_events,
        count(*) as sessions,
        count(case when is_converted then 1 end) as converted_sessions,
        count(case when is_bounce then 1 end) as bounces,
        cast(sum(duration_seconds) as int64) as session_seconds,
        cast(sum(events) as int64) as events
    from sessions
    group by
        session_date, channel, device_type, country, at_least_seconds, below_seconds, at_least_events, below_events

)

select * from fct_session_lengths
