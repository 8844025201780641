{# What part of the whole it is, to six decimals; null where the whole is nothing. #}
{% macro share(part, whole) -%}
    cast({{ part }} / nullif({{ whole }}, 0) as numeric(18, 6))
{%- endmacro %}
