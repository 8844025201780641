{# A condition that every row meets and that names days: some tables may not be read without saying of which days. #}
{% macro on_any_day(column) %}{{ return(adapter.dispatch('on_any_day', 'shopflow')(column)) }}{% endmacro %}

{% macro default__on_any_day(column) %}{{ column }} >= date '1000-01-01'{% endmacro %}

{% macro duckdb__on_any_day(column) %}true{% endmacro %}
