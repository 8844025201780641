{{ config(materialized='view') }}

with

arrivals as (

    select * from {{ ref('int_session_arrivals') }}

),

hosts as (

    select
        *,
        case when host like 'www.%' then substr(host, 5) else nullif(host, '') end as own_host,
        case when host_before like 'www.%' then substr(host_before, 5) else nullif(host_before, '') end as site_before
    from arrivals

),

referrers as (

    select
        *,
        nullif(site_before, own_host) as referrer_host
    from hosts

),

-- What the opening itself tells counts; only where it tells nothing does a campaign count that came later.
told as (

    select
        visitor_id,
        session_started_at,
        page,
        host,
        referrer_host,
        device_type,
        country,
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        case
            when coalesce(utm_source, utm_medium, utm_campaign, referrer_host) is null then later_{{ column }}
            else {{ column }}
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from referrers

),

session_channels as (

    select
        -- ids
        visitor_id,

        -- text
        {{ channel('lower(utm_source)', 'lower(utm_medium)', 'referrer_host', 'page') }} as channel,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer_host,
        case
            when page like '%://%'
                then
                    coalesce(
                        nullif(substr(page, length({{ dbt.split_part('page', "'/'", 1) }}) + length(host) + 3), ''), '/'
                    )
            else page
        end as landing_page_path,
        device_type,
        country,

        -- timestamps
        session_started_at
    from told

)

select * from session_channels
