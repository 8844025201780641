{# The hour of the shop's clock, 0 to 23, in which a timestamp lies. The zone is the one that days were counted in; dbt
   called by hand takes it from the environment. #}
{% macro shop_hour(instant) -%}
    {%- set zone = var('reporting_timezone', env_var('SHOPFLOW_REPORTING_TIMEZONE', 'UTC')) -%}
    {{ return(adapter.dispatch('shop_hour', 'shopflow')(instant, zone)) }}
{%- endmacro %}

{% macro default__shop_hour(instant, zone) %}extract(hour from {{ instant }} at time zone '{{ zone }}'){% endmacro %}

{% macro duckdb__shop_hour(instant, zone) %}extract(hour from timezone('{{ zone }}', timezone('UTC', {{ instant }}))){% endmacro %}
