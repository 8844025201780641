{# For a from clause: one row for each day from first_date to last_date, in the column calendar_date. #}
{% macro each_day(first_date, last_date) %}{{ return(adapter.dispatch('each_day', 'shopflow')(first_date, last_date)) }}{% endmacro %}

{% macro default__each_day(first_date, last_date) %}unnest(generate_date_array({{ first_date }}, {{ last_date }})) as calendar_date{% endmacro %}

{% macro duckdb__each_day(first_date, last_date) %}unnest(cast(generate_series({{ first_date }}, {{ last_date }}, interval 1 day) as date[])) as each_day (calendar_date){% endmacro %}
