{# The half hour of the clock, counted from 1970, in which a timestamp lies. #}
{% macro half_hour_of(instant) -%}
    {{ whole_division(epoch_microseconds(instant), 1800000000) }}
{%- endmacro %}
