with

customer_segments as (

    select * from {{ ref('int_customer_segments') }}

),

days as (

    select event_date
    from {{ ref('fct_daily_engagement') }}

),

moves as (

    select
        event_date,
        previous_segment,
        segment,
        count(*) as customers
    from customer_segments
    group by event_date, previous_segment, segment

),

segments as (

    select distinct segment
    from moves

),

-- What each segment wins and loses, with a zero for each day, that it has a row on all of them.
changes as (

    select
        event_date,
        segment,
        customers as came,
        customers as won
    from moves

    union all

    select
        event_date,
        previous_segment as segment,
        0 as came,
        -customers as won
    from moves
    where previous_segment is not null

    union all

    select
        days.event_date,
        segments.segment,
        0 as came,
        0 as won
    from days
    cross join segments

),

daily_changes as (

    select
        event_date,
        segment,
        sum(came) as came,
        sum(won) as won
    from changes
    group by event_date, segment

),

stays as (

    select
        event_date,
        segment,
        sum(won) over (
            partition by segment
            order by event_date
            rows between unbounded preceding and current row
        ) - came as customers
    from daily_changes

),

all_customers as (

    select
        event_date,
        previous_segment,
        segment,
        customers
    from moves

    union all

    select
        event_date,
        segment as previous_segment,
        segment,
        customers
    from stays
    where customers > 0

),

-- Without the days to come, on which customers will move if they order nothing.
fct_customer_segments as (

    select
        all_customers.event_date,
        all_customers.previous_segment,
        all_customers.segment,
        cast(all_customers.customers as int64) as customers
    from all_customers
    inner join days on all_customers.event_date = days.event_date

)

select * from fct_customer_segments
