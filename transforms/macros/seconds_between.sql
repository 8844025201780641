{# Whole seconds from one timestamp to a later one, the rest dropped. #}
{% macro seconds_between(start_at, end_at) -%}
    {{ whole_division(epoch_microseconds(end_at) ~ ' - ' ~ epoch_microseconds(start_at), 1000000) }}
{%- endmacro %}
