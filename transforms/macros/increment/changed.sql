{# Whether `column` is one of the keys that the model `keys` lists: those whose rows the pending batches can change. #}
{% macro changed(column, keys, key=none) -%}
    {%- if not builds_everything() -%}
        {{ column }} in (select {{ key or column.split('.')[-1] }} from {{ ref(keys) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
