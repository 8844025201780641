{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

session_lengths as (

    select * from {{ ref('fct_session_lengths') }}
    where {{ is_rebuilt() }}

),

daily_sessions as (

    select
        session_date,
        cast(sum(sessions) as int64) as sessions,
        cast(sum(bounces) as int64) as bounces,
        cast(sum(converted_sessions) as int64) as converted_sessions,
        cast(sum(session_seconds) as int64) as session_seconds
    from session_lengths
    group by session_date

)

select * from daily_sessions
