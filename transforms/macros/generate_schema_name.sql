{# Schemas are named exactly staging, intermediate and marts, on every target and for everyone; where several environments
   share a project, all have the prefix that the profile puts before `marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else target.schema[:-5] ~ custom_schema_name | trim }}
{%- endmacro %}
