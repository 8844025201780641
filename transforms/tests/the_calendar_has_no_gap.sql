-- A calendar with fewer or more rows than days from its first to its last.
select
    min(calendar_date) as first_date,
    max(calendar_date) as last_date,
    count(*) as days_count
from {{ ref('dim_date') }}
having {{ dbt.datediff('min(calendar_date)', 'max(calendar_date)', 'day') }} + 1 <> count(*)
