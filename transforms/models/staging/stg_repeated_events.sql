{{ config(materialized='incremental', meta={'rebuilt_by': 'event_date', 'days': [0, 0]}) }}

{%- set content = event_columns() -%}
{%- set order_of_copies = ['received_at'] + (content | reject('equalto', 'received_at') | list) %}

with

events as (

    select * from {{ source('raw', 'events') }}
    where {{ on_any_day('event_date') }} and {{ touched('event_date') }}

),

-- Grouping ten million numbers costs a fraction of ranking ten million rows. Two ids with one fingerprint only become
-- suspects here; whether they are copies is decided by the ids themselves below. (Read from the source, not from
-- `events`: a CTE that is read twice is kept in memory with all its columns.)
suspects as (

    select
        event_date,
        {{ fingerprint('event_id') }} as event_fingerprint
    from {{ source('raw', 'events') }}
    where {{ on_any_day('event_date') }} and {{ touched('event_date') }}
    group by event_date, event_fingerprint
    having count(*) > 1

),

copies as (

    select events.*
    from events
    inner join suspects
        on
            events.event_date = suspects.event_date
            and {{ fingerprint('events.event_id') }} = suspects.event_fingerprint

),

ranked as (

    select
        *,
        {{ place_by_content(['event_id', 'event_date'], order_of_copies) }} as place_of_copy,
        count(*) over (partition by event_id, event_date) as copies_count
    from copies

),

repeated_events as (

    select
        {%- for column in content %}
        {{ column }},
        {%- endfor %}
        copies_count
    from ranked
    where place_of_copy = 1 and copies_count > 1

)

select * from repeated_events
