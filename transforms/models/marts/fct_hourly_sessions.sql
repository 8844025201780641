{{ config(materialized='incremental', meta={'rebuilt_by': 'session_date', 'days': [-1, 2]}) }}

with

sessions as (

    select
        session_date,
        {{ shop_hour('session_started_at') }} as hour_of_day,
        channel,
        device_type,
        country,
        is_converted
    from {{ ref('fct_sessions') }}
    where {{ is_rebuilt() }}

),

fct_hourly_sessions as (

    select
        session_date,
        hour_of_day,
        channel,
        device_type,
        country,
        count(*) as sessions,
        count(case when is_converted then 1 end) as converted_sessions
    from sessions
    group by session_date, hour_of_day, channel, device_type, country

)

select * from fct_hourly_sessions
