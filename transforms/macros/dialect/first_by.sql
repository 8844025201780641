{# The value on the row of the group where order_key is least, even if that value is null. #}
{% macro first_by(value, order_key) %}{{ return(adapter.dispatch('first_by', 'shopflow')(value, order_key)) }}{% endmacro %}

{# A struct around it, for any_value passes over nulls. #}
{% macro default__first_by(value, order_key) %}any_value(struct({{ value }} as value) having min {{ order_key }}).value{% endmacro %}

{% macro duckdb__first_by(value, order_key) %}arg_min_null({{ value }}, {{ order_key }}){% endmacro %}
