-- Days on which a longer stretch has fewer active visitors than a shorter one, or more than were ever seen; built days
-- whose visitors are not those with events; and the last day, if the new visitors so far are not all visitors.
with

engagement as (

    select
        event_date,
        dau,
        wau,
        mau,
        new_visitors,
        sum(new_visitors) over (order by event_date) as visitors_so_far,
        max(event_date) over () as last_date
    from {{ ref('fct_daily_engagement') }}

),

visitors as (

    select
        event_date,
        count(distinct visitor_id) as visitors
    from {{ ref('int_visitor_half_hours') }}
    where {{ touched('event_date') }}
    group by event_date

),

all_visitors as (

    {% if builds_everything() -%}
    select count(distinct visitor_id) as visitors
    from {{ ref('int_visitor_half_hours') }}
    {%- else -%}
    select sum(new_visitors) as visitors
    from {{ ref('fct_daily_engagement') }}
    {%- endif %}

)

select
    engagement.event_date,
    engagement.dau,
    engagement.wau,
    engagement.mau,
    engagement.visitors_so_far
from engagement
left join visitors on engagement.event_date = visitors.event_date
where
    engagement.dau > engagement.wau
    or engagement.wau > engagement.mau
    or engagement.mau > engagement.visitors_so_far
    or engagement.new_visitors > engagement.dau
    or engagement.dau <> visitors.visitors
    or (
        engagement.event_date = engagement.last_date
        and engagement.visitors_so_far <> (select all_visitors.visitors from all_visitors)
    )
