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
    from {{ rebuilt_rows('int_sessions', with='fct_visitor_funnel') }}
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

),

compared as (

    select
        {%- for step in steps + ordered %}
        coalesce(of_sessions.{{ step }}_visitors, 0) as {{ step }}_of_sessions,
        coalesce(of_visitors.{{ step }}_visitors, 0) as {{ step }}_of_visitors,
        {%- endfor %}
        coalesce(of_sessions.session_date, of_visitors.session_date) as session_date
    from of_sessions
    full outer join of_visitors on of_sessions.session_date = of_visitors.session_date

)

select * from compared
where
    false
    {%- for step in steps %}
    or {{ step }}_of_sessions <> {{ step }}_of_visitors
    {%- endfor %}
    {%- for step in ordered %}
    or {{ step }}_of_sessions > {{ step }}_of_visitors
    or {{ step[8:] }}_of_sessions < {{ step }}_of_visitors
    {%- endfor %}
