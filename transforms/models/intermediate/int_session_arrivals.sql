{{ config(materialized='ephemeral') }}

with

touches as (

    select * from {{ ref('int_session_touches') }}

),

-- Ranking every opening would cost as much as all the rest: only those of one and the same instant are put in order.
ties as (

    select
        visitor_id,
        session_started_at,
        min(event_id) as event_id
    from touches
    where is_opening
    group by visitor_id, session_started_at
    having count(*) > 1

),

openings as (

    select
        touches.*,
        {{ without_query('touches.page_url') }} as page,
        {{ without_query('touches.referrer_url') }} as page_before
    from touches
    left join ties
        on
            touches.visitor_id = ties.visitor_id
            and touches.session_started_at = ties.session_started_at
    where touches.is_opening and (ties.event_id is null or touches.event_id = ties.event_id)

),

later_campaigns as (

    select
        *,
        row_number() over (
            partition by visitor_id, session_started_at
            order by event_timestamp, event_id
        ) as place_in_session
    from touches
    where not is_opening

),

session_arrivals as (

    select
        -- ids
        openings.visitor_id,

        -- text
        openings.page,
        openings.page_before,
        lower({{ dbt.split_part('openings.page', "'/'", 3) }}) as page_host,
        lower({{ dbt.split_part('openings.page_before', "'/'", 3) }}) as earlier_host,
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        openings.{{ column }},
        later_campaigns.{{ column }} as later_{{ column }},
        {%- endfor %}
        openings.device_type,
        openings.country,

        -- timestamps
        openings.session_started_at
    from openings
    left join later_campaigns
        on
            openings.visitor_id = later_campaigns.visitor_id
            and openings.session_started_at = later_campaigns.session_started_at
            and later_campaigns.place_in_session = 1

)

select * from session_arrivals
