{# How far it went with the steps taken one after the other, as three flags of a select list: has_ordered_cart,
   has_ordered_checkout, has_ordered_purchase. `cart_at` is the first time that something was put into the cart after a
   product was seen, null where that never was; then come the last checkout and the last purchase, null where there is none.
   Buying implies the checkout, as in funnel_steps, and what happened at the same instant counts as in order. #}
{% macro ordered_steps(cart_at, last_checkout_at, last_purchase_at) -%}
    {%- set bought = 'coalesce(' ~ last_purchase_at ~ ' >= ' ~ cart_at ~ ', false)' -%}
    {{ cart_at }} is not null as has_ordered_cart,
        coalesce({{ last_checkout_at }} >= {{ cart_at }}, false) or {{ bought }} as has_ordered_checkout,
        {{ bought }} as has_ordered_purchase
{%- endmacro %}
