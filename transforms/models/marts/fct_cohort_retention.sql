with

activity as (

    select * from {{ ref('int_cohort_activity') }}

),

periods as (

    {{ date_periods() }}

),

last_periods as (

    select
        period_type,
        max(period_start_date) as last_start_date
    from activity
    group by period_type

),

period_starts as (

    select
        periods.period_type,
        periods.period_start_date,
        min(periods.period_index) as period_index
    from periods
    inner join last_periods
        on
            periods.period_type = last_periods.period_type
            and periods.period_start_date <= last_periods.last_start_date
    group by periods.period_type, periods.period_start_date

),

-- Everybody is active in the period of the first visit, so that is how many the cohort has.
cohorts as (

    select
        activity.period_type,
        activity.cohort_start_date,
        activity.active_visitors as cohort_visitors,
        period_starts.period_index as cohort_index
    from activity
    inner join period_starts
        on
            activity.period_type = period_starts.period_type
            and activity.period_start_date = period_starts.period_start_date
    where activity.cohort_start_date = activity.period_start_date

),

-- A period without anybody is a row of zeros: a gap in a curve would read as missing data.
fct_cohort_retention as (

    select
        cohorts.period_type,
        cohorts.cohort_start_date,
        period_starts.period_start_date,
        period_starts.period_index - cohorts.cohort_index as periods_since,
        cohorts.cohort_visitors,
        coalesce(activity.active_visitors, 0) as active_visitors,
        coalesce(activity.ordering_visitors, 0) as ordering_visitors,
        coalesce(activity.orders, 0) as orders
    from cohorts
    inner join period_starts
        on
            cohorts.period_type = period_starts.period_type
            and cohorts.cohort_start_date <= period_starts.period_start_date
    left join activity
        on
            cohorts.period_type = activity.period_type
            and cohorts.cohort_start_date = activity.cohort_start_date
            and period_starts.period_start_date = activity.period_start_date

)

select * from fct_cohort_retention
