-- Users whose stretches of time overlap or leave a gap, or who have not exactly one current row.
with

stretches as (

    select
        user_id,
        valid_to,
        is_current,
        lead(valid_from) over (partition by user_id order by version_number) as next_valid_from
    from {{ rebuilt_rows('dim_users') }}

)

select user_id
from stretches
group by user_id
having
    sum(case when is_current then 1 else 0 end) <> 1
    or sum(case when valid_to is distinct from next_valid_from then 1 else 0 end) > 0
