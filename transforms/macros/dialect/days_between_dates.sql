{# An array of all days from first_date to last_date, for unnest. #}
{% macro days_between_dates(first_date, last_date) %}{{ return(adapter.dispatch('days_between_dates', 'shopflow')(first_date, last_date)) }}{% endmacro %}

{% macro default__days_between_dates(first_date, last_date) %}generate_date_array({{ first_date }}, {{ last_date }}){% endmacro %}

{% macro duckdb__days_between_dates(first_date, last_date) %}cast(generate_series({{ first_date }}, {{ last_date }}, interval 1 day) as date[]){% endmacro %}
