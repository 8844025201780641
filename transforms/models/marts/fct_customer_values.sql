with

customer_values as (

    select * from {{ ref('int_customer_values') }}

),

days as (

    select event_date
    from {{ ref('fct_daily_engagement') }}

),

moves as (

    select
        event_date,
        currency,
        {{ value_range('value_amount') }} as at_least_value,
        1 as customers,
        value_amount as net_amount
    from customer_values

    union all

    select
        event_date,
        currency,
        {{ value_range('previous_value_amount') }} as at_least_value,
        -1 as customers,
        -previous_value_amount as net_amount
    from customer_values
    where not is_first

),

ranges as (

    select distinct
        currency,
        at_least_value
    from moves

),

-- With a zero for each day, that every range has a row on all of them.
filled as (

    select * from moves

    union all

    select
        days.event_date,
        ranges.currency,
        ranges.at_least_value,
        0 as customers,
        0 as net_amount
    from days
    cross join ranges

),

changes as (

    select
        event_date,
        currency,
        at_least_value,
        sum(customers) as customers,
        sum(net_amount) as net_amount
    from filled
    group by event_date, currency, at_least_value

),

running_sums as (

    select
        event_date,
        currency,
        at_least_value,
        sum(customers) over so_far as customers,
        sum(net_amount) over so_far as net_amount
    from changes
    window so_far as (
        partition by currency, at_least_value
        order by event_date
        rows between unbounded preceding and current row
    )

),

fct_customer_values as (

    select
        running_sums.event_date,
        running_sums.currency,
        running_sums.at_least_value,
        cast(
            case
                when running_sums.at_least_value is null then 0
                {%- for bound in value_bounds() %}
                {%- if not loop.last %}
                when running_sums.at_least_value = {{ bound }} then {{ loop.nextitem }}
                {%- endif %}
                {%- endfor %}
            end as int64
        ) as below_value,
        cast(running_sums.customers as int64) as customers,
        {{ money('running_sums.net_amount') }} as net_amount
    from running_sums
    inner join days on running_sums.event_date = days.event_date
    where running_sums.customers > 0

)

select * from fct_customer_values
