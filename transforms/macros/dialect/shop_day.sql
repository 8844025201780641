{# The shop's day on which a timestamp lies, by the zone of `shop_hour`. #}
{% macro shop_day(instant) -%}
    {%- set zone = var('reporting_timezone', env_var('SHOPFLOW_REPORTING_TIMEZONE', 'UTC')) -%}
    {{ return(adapter.dispatch('shop_day', 'shopflow')(instant, zone)) }}
{%- endmacro %}

{% macro default__shop_day(instant, zone) %}date({{ instant }}, '{{ zone }}'){% endmacro %}

{% macro duckdb__shop_day(instant, zone) %}cast(timezone('{{ zone }}', timezone('UTC', {{ instant }})) as date){% endmacro %}
