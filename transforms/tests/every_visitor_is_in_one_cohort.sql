-- Kinds of cohorts in which the cohorts do not add up to the visitors.
select
    period_type,
    sum(cohort_visitors) as visitors_in_cohorts
from {{ ref('fct_cohort_retention') }}
where periods_since = 0
group by period_type
having sum(cohort_visitors) <> (select sum(visitors.new_visitors) from {{ ref('fct_daily_engagement') }} as visitors)
