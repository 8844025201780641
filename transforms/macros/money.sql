{# An amount as money: four decimals, never floating. Sums widen; this takes them back. #}
{% macro money(amount) -%}
    {{ as_decimal(amount, 4) }}
{%- endmacro %}
