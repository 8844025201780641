{# An amount as money: four decimals, never floating. Sums widen; this takes them back. #}
{% macro money(amount) -%}
    cast({{ amount }} as numeric(18, 4))
{%- endmacro %}
