{# Schemas are named exactly staging, intermediate and marts, on every target and for everyone. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
