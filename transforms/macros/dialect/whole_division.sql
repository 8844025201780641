{# A whole number divided by a whole number, the rest dropped; both are positive. #}
{% macro whole_division(dividend, divisor) %}{{ return(adapter.dispatch('whole_division', 'shopflow')(dividend, divisor)) }}{% endmacro %}

{% macro default__whole_division(dividend, divisor) %}div({{ dividend }}, {{ divisor }}){% endmacro %}

{% macro duckdb__whole_division(dividend, divisor) %}({{ dividend }}) // ({{ divisor }}){% endmacro %}
