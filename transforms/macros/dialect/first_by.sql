{# The value on the row of the group where order_key is least, even if that value is null. #}
{% macro first_by(value, order_key) %}{{ return(adapter.dispatch('first_by', 'shopflow')(value, order_key)) }}{% endmacro %}

{% macro default__first_by(value, order_key) %}any_value({{ value }} having min {{ order_key }}){% endmacro %}

{% macro duckdb__first_by(value, order_key) %}arg_min_null({{ value }}, {{ order_key }}){% endmacro %}
