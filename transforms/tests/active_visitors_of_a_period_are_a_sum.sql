-- Days whose active visitors are not those of fct_daily_engagement: of the day, and of the 7 and of the 30 days that
-- end on it, each added up from fct_active_visitors as its description says.
with

engagement as (

    select
        event_date,
        dau,
        wau,
        mau
    from {{ ref('fct_daily_engagement') }}
    where {{ touched('event_date') }}

),

active as (

    select
        event_date,
        last_active_date,
        visitors
    from {{ ref('fct_active_visitors') }}
    where slice = 'all' and {{ touched('event_date', -29, 0) }}

),

periods as (

    select
        engagement.event_date,
        {%- for days in [1, 7, 30] %}
        sum(
            case
                when active.event_date <= engagement.event_date - {{ days }} then 0
                when active.last_active_date > engagement.event_date - {{ days }} then 0
                else active.visitors
            end
        ) as visitors_of_{{ days }},
        {%- endfor %}
        engagement.dau,
        engagement.wau,
        engagement.mau
    from engagement
    left join active
        on engagement.event_date >= active.event_date and engagement.event_date < active.event_date + 30
    group by engagement.event_date, engagement.dau, engagement.wau, engagement.mau

)

select * from periods
where visitors_of_1 <> dau or visitors_of_7 <> wau or visitors_of_30 <> mau
