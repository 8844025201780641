-- Days on which a longer stretch has fewer active visitors than a shorter one, or more than were ever seen; and the
-- last day, if all new visitors so far are not all visitors.
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

)

select
    event_date,
    dau,
    wau,
    mau,
    visitors_so_far
from engagement
where
    dau > wau
    or wau > mau
    or mau > visitors_so_far
    or new_visitors > dau
    or (event_date = last_date and visitors_so_far <> (select count(*) from {{ ref('int_user_journey') }}))
