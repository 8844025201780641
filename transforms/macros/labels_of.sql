{# For the comment of a statement, as JSON: the labels of the settings, and which model or test it belongs to. #}
{% macro labels_of(node) -%}
    {%- set labels = fromjson(var('labels', '{}')) -%}
    {%- if node -%}
        {%- do labels.update({'dbt_node': node.name}) -%}
    {%- endif -%}
    {{ tojson(labels) }}
{%- endmacro %}
