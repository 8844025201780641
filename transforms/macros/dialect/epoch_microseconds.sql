{# A timestamp as microseconds since 1970: exact, and free of the engines' ways to count boundaries. #}
{% macro epoch_microseconds(instant) %}{{ return(adapter.dispatch('epoch_microseconds', 'shopflow')(instant)) }}{% endmacro %}

{% macro default__epoch_microseconds(instant) %}unix_micros({{ instant }}){% endmacro %}

{% macro duckdb__epoch_microseconds(instant) %}epoch_us({{ instant }}){% endmacro %}
