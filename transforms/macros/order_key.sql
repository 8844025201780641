{# Which order a line belongs to: `o:` and the order's id, or `e:`, the day and the event's own id where the source has no
   order id. The letter keeps the two kinds of id apart; the day is there because an event_id is unique within its date. #}
{% macro order_key(order_id='order_id', event_id='event_id', event_date='event_date') -%}
    coalesce('o:' || {{ order_id }}, 'e:' || cast({{ event_date }} as string) || ':' || {{ event_id }})
{%- endmacro %}
