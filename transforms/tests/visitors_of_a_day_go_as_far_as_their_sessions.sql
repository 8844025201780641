-- Days of which fct_visitor_funnel does not say what follows from the sessions that began on them; in order, what is
-- between those who took the steps in one session and those who took them in whatever order.
{%- set steps = ['view', 'cart', 'checkout', 'purchase'] %}
{%- set ordered = ['ordered_cart', 'ordered_checkout', 'ordered_purchase'] %}
with

visitors as (

    select
        {%- for step in ordered %}
        {{ any_true('has_' ~ step) }} as has_{{ step }},
        {%- endfor %}
        session_date,
        visitor_id,
        sum(product_views) as product_views,
        sum(cart_adds) as cart_adds,
        sum(checkouts) as checkouts,
        sum(purchases) as purchases
    from {{ rebuilt_rows('int_sessions') }}
    group by session_date, visitor_id

),

steps as (

    select
        *,
        {{ funnel_steps('product_views', 'cart_adds', 'checkouts', 'purchases') }}
    from visitors

),

of_sessions as (

    select
        {%- for step in steps + ordered %}
        count(case when has_{{ step }} then 1 end) as {{ step }}_visitors,
        {%- endfor %}
        session_date
    from steps
    group by session_date

),

of_visitors as (

    select
        {%- for step in steps + ordered %}
        sum({{ step }}_visitors) as {{ step }}_visitors,
        {%- endfor %}
        session_date
    from {{ rebuilt_rows('fct_visitor_funnel') }}
    where slice = 'all' and since_date = session_date
    group by session_date

)

select of_sessions.*
from of_sessions
left join of_visitors on of_sessions.session_date = of_visitors.session_date
where
    false
    {%- for step in steps %}
    or of_sessions.{{ step }}_visitors <> coalesce(of_visitors.{{ step }}_visitors, 0)
    {%- endfor %}
    {%- for step in ordered %}
    or of_sessions.{{ step }}_visitors > coalesce(of_visitors.{{ step }}_visitors, 0)
    or of_sessions.{{ step[8:] }}_visitors < of_visitors.{{ step }}_visitors
    {%- endfor %}
