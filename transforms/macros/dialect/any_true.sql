{# Whether a condition holds for at least one row of a group; unknown counts as no. #}
{% macro any_true(condition) %}{{ return(adapter.dispatch('any_true', 'shopflow')(condition)) }}{% endmacro %}

{% macro default__any_true(condition) %}logical_or(coalesce({{ condition }}, false)){% endmacro %}

{% macro duckdb__any_true(condition) %}bool_or(coalesce({{ condition }}, false)){% endmacro %}
