-- Where revenue by day is not revenue by order with the refunds whose order is not known, or not revenue by cohort:
-- per currency, and for orders also per channel. What one side tells is added, what the other tells is taken away, so
-- that a currency or a channel that one lacks shows up.
with

amounts as (

    select
        'orders' as told_by,
        channel,
        currency,
        net_amount
    from {{ ref('fct_orders') }}

    union all

    select
        'orders' as told_by,
        order_lines.channel,
        order_lines.currency,
        order_lines.net_amount
    from {{ ref('int_order_lines') }} as order_lines
    left join {{ ref('int_orders') }} as orders on order_lines.order_key = orders.order_key
    where orders.order_key is null

    union all

    select
        'orders' as told_by,
        channel,
        currency,
        -net_amount as net_amount
    from {{ ref('fct_revenue') }}

    union all

    select
        'cohorts' as told_by,
        cast(null as string) as channel,
        currency,
        net_amount
    from {{ ref('fct_cohort_revenue') }}
    where period_type = 'week'

    union all

    select
        'cohorts' as told_by,
        cast(null as string) as channel,
        currency,
        -net_amount as net_amount
    from {{ ref('fct_revenue') }}

)

select
    told_by,
    channel,
    currency,
    sum(net_amount) as difference_amount
from amounts
group by told_by, channel, currency
having sum(net_amount) <> 0
