{{ config(materialized='view') }}

with

openings as (

    select
        *,
        nullif({{ url_host('referrer_url') }}, {{ url_host('page_url') }}) as referrer_host
    from {{ ref('int_session_openings') }}

),

campaigns as (

    select * from {{ ref('int_session_campaigns') }}

),

-- What the opening itself tells counts; only where it tells nothing does a campaign count that came later.
told as (

    select
        openings.visitor_id,
        openings.session_started_at,
        openings.page_url,
        openings.referrer_host,
        openings.device_type,
        openings.country,
        {%- set opening_tells = "coalesce(openings.utm_source, openings.utm_medium, openings.utm_campaign, openings.referrer_host) is not null" %}
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        case
            when {{ opening_tells }} then openings.{{ column }}
            else campaigns.{{ column }}
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from openings
    left join campaigns
        on
            openings.visitor_id = campaigns.visitor_id
            and openings.session_started_at = campaigns.session_started_at

),

session_arrivals as (

    select
        -- ids
        visitor_id,

        -- text
        {{ channel('lower(utm_source)', 'lower(utm_medium)', 'referrer_host', 'page_url') }} as channel,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer_host,
        {{ url_path('page_url') }} as landing_page_path,
        device_type,
        country,

        -- timestamps
        session_started_at
    from told

)

select * from session_arrivals
