{# The columns of an event's record that say what happened, in order, as columns of the relation `of` if it is named. Where
   a row came from is not among them. #}
{% macro event_columns(of=none) %}
    {%- set names = [
        'event_id', 'event_type', 'event_timestamp', 'received_at', 'anonymous_id', 'user_id', 'source_session_id',
        'product_id', 'quantity', 'unit_price', 'discount_amount', 'currency', 'order_id', 'page_url', 'referrer_url',
        'utm_source', 'utm_medium', 'utm_campaign', 'device_type', 'country', 'user_agent', 'properties', 'event_date'
    ] -%}
    {%- set columns = [] -%}
    {%- for name in names -%}
        {%- do columns.append(of ~ '.' ~ name if of else name) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
