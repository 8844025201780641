{# From which value so far, in any one currency, a customer is a valuable one. #}
{% macro valuable_from() -%}
    500
{%- endmacro %}


{# So many days after the last order a customer changes segment without having done anything. #}
{% macro segment_ages() -%}
    {{ return([31, 91, 181]) }}
{%- endmacro %}


{# The segment of a customer with so many orders so far, the last of them so many days ago: recency, frequency and monetary
   value (A. M. Hughes, Strategic Database Marketing) with fixed limits instead of fifths, so that nobody moves because of
   what others bought. Who changes a limit changes it here, and the next run builds everything anew. Null without an order. #}
{% macro customer_segment(days, orders, is_valuable) -%}
    case
            when {{ orders }} = 0 then null
            when {{ days }} >= {{ segment_ages()[2] }} then 'lost'
            when {{ days }} >= {{ segment_ages()[1] }} and {{ is_valuable }} then 'at_risk'
            when {{ days }} >= {{ segment_ages()[1] }} then 'slipping'
            when {{ orders }} = 1 and {{ days }} < {{ segment_ages()[0] }} then 'new'
            when {{ orders }} = 1 then 'once'
            when {{ is_valuable }} then 'best'
            else 'regular'
        end
{%- endmacro %}
