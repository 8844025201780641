{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

sessions as (

    select * from {{ ref('fct_sessions') }}
    where {{ is_rebuilt() }}

),

daily_sessions as (

    select
        session_date,
        count(*) as sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when is_converted then 1 end) as converted_sessions,
        cast(sum(duration_seconds) as int64) as session_seconds
    from sessions
    group by session_date

)

select * from daily_sessions
