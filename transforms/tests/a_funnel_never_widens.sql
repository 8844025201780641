-- Rows of a funnel in which more got to a step than to the step before.
select
    'fct_funnel' as mart,
    session_date as counted_date
from {{ rebuilt_rows('fct_funnel') }}
where
    view_sessions > sessions
    or cart_sessions > view_sessions
    or checkout_sessions > cart_sessions
    or purchase_sessions > checkout_sessions
    or ordered_cart_sessions > cart_sessions
    or ordered_checkout_sessions > least(checkout_sessions, ordered_cart_sessions)
    or ordered_purchase_sessions > least(purchase_sessions, ordered_checkout_sessions)

union all

select
    'fct_product_days' as mart,
    session_date as counted_date
from {{ rebuilt_rows('fct_product_days') }}
where view_sessions > sessions or cart_sessions > view_sessions or purchase_sessions > cart_sessions

union all

select
    'fct_daily_engagement' as mart,
    event_date as counted_date
from {{ ref('fct_daily_engagement') }}
where
    view_visitors > dau
    or cart_visitors > view_visitors
    or checkout_visitors > cart_visitors
    or purchase_visitors > checkout_visitors
