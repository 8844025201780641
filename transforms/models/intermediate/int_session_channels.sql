{{ config(materialized='ephemeral') }}

with

arrivals as (

    select * from {{ ref('int_session_arrivals') }}

),

hosts as (

    select
        *,
        case when page_host like 'www.%' then substr(page_host, 5) else nullif(page_host, '') end as own_host,
        case when earlier_host like 'www.%' then substr(earlier_host, 5) else nullif(earlier_host, '') end as other_host
    from arrivals

),

referrers as (

    select
        *,
        nullif(other_host, own_host) as referrer_host
    from hosts

),

-- What the opening itself tells counts; only where it tells nothing does a campaign count that came later.
told as (

    select
        visitor_id,
        session_started_at,
        page,
        page_host,
        referrer_host,
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        case
            when coalesce(utm_source, utm_medium, utm_campaign, referrer_host) is null then later_{{ column }}
            else {{ column }}
        end as {{ column }},
        {%- endfor %}
        device_type,
        country
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
                        nullif(
                            substr(page, length({{ dbt.split_part('page', "'/'", 1) }}) + length(page_host) + 3), ''
                        ),
                        '/'
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
