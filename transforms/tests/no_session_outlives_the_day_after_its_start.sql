-- Sessions with an event earlier than the day on which they began, or later than the day after it.
select
    visitor_id,
    session_date,
    last_event_date
from {{ rebuilt_rows('int_sessions') }}
where last_event_date > session_date + 1

union all

select
    visitor_id,
    session_date,
    event_date as last_event_date
from {{ rebuilt_rows('int_visitor_half_hours') }}
where event_date < session_date or event_date > session_date + 1
