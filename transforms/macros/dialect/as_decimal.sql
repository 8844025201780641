{# A number as a decimal of so many places, half up (away from zero), never floating. A cast in BigQuery knows no places. #}
{% macro as_decimal(number, places) %}{{ return(adapter.dispatch('as_decimal', 'shopflow')(number, places)) }}{% endmacro %}

{% macro default__as_decimal(number, places) %}round(cast({{ number }} as numeric), {{ places }}){% endmacro %}

{% macro duckdb__as_decimal(number, places) %}cast({{ number }} as numeric(18, {{ places }})){% endmacro %}
