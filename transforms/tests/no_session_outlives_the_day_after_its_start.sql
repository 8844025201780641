-- Sessions with an event later than the day after the one on which they began.
select
    session_id,
    session_date,
    last_event_date
from {{ ref('int_sessions') }}
where last_event_date > session_date + 1
