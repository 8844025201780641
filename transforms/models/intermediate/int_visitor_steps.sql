{{ config(materialized='ephemeral') }}

{%- set slices = {'all': 'cast(null as string)', 'device': 'device_type', 'channel': 'channel', 'country': 'country'} %}
{%- set days = ['view_date', 'cart_date', 'checkout_date', 'purchase_date', 'ordered_cart', 'ordered_checkout',
                'ordered_purchase'] %}
{%- set windows = ['since', 'since_before'] %}

with

sessions as (

    select
        visitor_id,
        device_type,
        channel,
        country,
        session_date,
        session_started_at,
        case when product_views > 0 then session_date end as view_date,
        case when cart_adds > 0 then session_date end as cart_date,
        case when checkouts > 0 or purchases > 0 then session_date end as checkout_date,
        case when purchases > 0 then session_date end as purchase_date,
        has_ordered_cart,
        has_ordered_checkout,
        has_ordered_purchase,
        has_checkout_after_cart,
        has_purchase_after_cart
    from {{ ref('int_sessions') }}
    where
        (product_views > 0 or cart_adds > 0 or checkouts > 0 or purchases > 0)
        and {{ sessions_so_far(89) }}

),

-- Who never used the cart is spared the windows: every step from here on needs it.
with_cart as (

    select * from sessions
    where visitor_id in (
        select carts.visitor_id from sessions as carts
        where carts.cart_date is not null
    )

),

sessions_of_slices as (

    {% for slice, value in slices.items() -%}
    select
        *,
        '{{ slice }}' as slice,
        {{ value }} as slice_value
    from with_cart
    {{ 'union all' if not loop.last }}

    {% endfor -%}

),

-- The last day on which an earlier session of the visitor saw a product.
after_views as (

    select
        *,
        max(view_date) over (
            partition by visitor_id, slice, slice_value
            order by session_started_at
            rows between unbounded preceding and 1 preceding
        ) as viewed_before
    from sessions_of_slices

),

-- The later the view that a step can be led back to, the more periods hold the step. That is a view of the same
-- session, if the steps follow there, else of the last one before.
carted as (

    select
        *,
        case when has_ordered_cart then session_date when cart_date is not null then viewed_before end
            as ordered_cart_since
    from after_views

),

after_carts as (

    select
        *,
        max(ordered_cart_since) over (
            partition by visitor_id, slice, slice_value
            order by session_started_at
            rows between unbounded preceding and 1 preceding
        ) as carted_before
    from carted

),

steps_of_days as (

    select
        visitor_id,
        slice,
        slice_value,
        session_date,
        max(view_date) as view_date,
        max(cart_date) as cart_date,
        max(checkout_date) as checkout_date,
        max(purchase_date) as purchase_date,
        max(ordered_cart_since) as ordered_cart,
        max(
            case
                when has_ordered_checkout then session_date
                when has_checkout_after_cart then viewed_before
                when checkout_date is not null then carted_before
            end
        ) as ordered_checkout,
        max(
            case
                when has_ordered_purchase then session_date
                when has_purchase_after_cart then viewed_before
                when purchase_date is not null then carted_before
            end
        ) as ordered_purchase
    from after_carts
    group by visitor_id, slice, slice_value, session_date

),

so_far as (

    select
        {%- for window in windows %}
        {%- for day in days %}
        max({{ day }}) over {{ window }} as {{ day }}_{{ window }},
        {%- endfor %}
        {%- endfor %}
        visitor_id,
        slice,
        slice_value,
        session_date
    from steps_of_days
    window
        since as (
            partition by visitor_id, slice, slice_value
            order by session_date
        ),
        since_before as (
            partition by visitor_id, slice, slice_value
            order by session_date
            rows between unbounded preceding and 1 preceding
        )

),

visitor_steps as (

    select
        {%- for window in windows %}
        {%- set view, cart = 'view_date_' ~ window, 'cart_date_' ~ window %}
        {{ earliest([view, cart]) }} as cart_{{ window }},
        {{ earliest([view, cart, 'checkout_date_' ~ window]) }} as checkout_{{ window }},
        {{ earliest([view, cart, 'purchase_date_' ~ window]) }} as purchase_{{ window }},
        ordered_cart_{{ window }},
        ordered_checkout_{{ window }},
        ordered_purchase_{{ window }},
        {%- endfor %}
        visitor_id,
        slice,
        slice_value,
        session_date
    from so_far

)

select * from visitor_steps
