{# How far it went, as four flags of a select list: has_view, has_cart, has_checkout, has_purchase. Each step requires the
   ones before, in whatever order they were done, so that a funnel never widens. Buying implies the checkout: formats
   without an event for it work the same. The arguments are counts. #}
{% macro funnel_steps(views, carts, checkouts, purchases) -%}
    {%- set view = views ~ ' > 0' -%}
    {%- set cart = view ~ ' and ' ~ carts ~ ' > 0' -%}
    {%- set checkout = cart ~ ' and (' ~ checkouts ~ ' > 0 or ' ~ purchases ~ ' > 0)' -%}
    {{ view }} as has_view,
        {{ cart }} as has_cart,
        {{ checkout }} as has_checkout,
        {{ cart }} and {{ purchases }} > 0 as has_purchase
{%- endmacro %}
