{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'event_date', 'days': [0, 0], 'changed_in': 'int_corrected_dates'}
    )
}}

{%- set slices = {'device': 'device_type', 'channel': 'channel', 'country': 'country'} %}
{%- set longest, longest_in_all = 90, 366 %}

with

visitor_days as (

    select
        visitor_id,
        event_date,
        previous_event_date
    from {{ ref('int_visitor_days') }}
    where
        {{ since_touched('event_date', 1) }}
        and ({{ touched('event_date') }} or {{ changed('event_date', 'int_corrected_dates') }})

),

-- Of who was active on the days that are built, and one day more than is looked back: a session of the day before may
-- last into it.
sessions as (

    select
        visitor_id,
        {{ slices.values() | join(',\n        ') }},
        session_date,
        last_event_date
    from {{ ref('int_sessions') }}
    {%- if not builds_everything() %}
    where
        {{ since_touched('session_date', longest + 2) }}
        and visitor_id in (select visitor_days.visitor_id from visitor_days)
    {%- endif %}

),

session_days as (

    select
        visitor_id,
        {{ slices.values() | join(',\n        ') }},
        session_date as event_date
    from sessions

    union all

    select
        visitor_id,
        {{ slices.values() | join(',\n        ') }},
        last_event_date as event_date
    from sessions
    where last_event_date > session_date

),

{% for slice, column in slices.items() -%}
{{ slice }}_days as (

    select
        event_date,
        {{ column }},
        lag(event_date) over (partition by visitor_id, {{ column }} order by event_date) as previous_event_date
    from session_days

),

{% endfor -%}
-- The second session of a visitor's day has that day itself before it: it is left out, the visitor is counted already.
distances as (

    {% for slice, column in slices.items() -%}
    select
        event_date,
        '{{ slice }}' as slice,
        {{ column }} as slice_value,
        case when previous_event_date >= event_date - {{ longest }} then previous_event_date end as last_active_date,
        count(*) as visitors
    from {{ slice }}_days
    where previous_event_date is distinct from event_date
    group by event_date, slice_value, last_active_date

    union all

    {% endfor -%}
    select
        event_date,
        'all' as slice,
        cast(null as string) as slice_value,
        case when previous_event_date >= event_date - {{ longest_in_all }} then previous_event_date end
            as last_active_date,
        count(*) as visitors
    from visitor_days
    group by event_date, last_active_date

),

fct_active_visitors as (

    select
        event_date,
        slice,
        slice_value,
        last_active_date,
        {{ dbt.datediff('last_active_date', 'event_date', 'day') }} as days_since_active,
        visitors
    from distances
    where {{ is_rebuilt() }}

)

select * from fct_active_visitors
