{# Whether `column` is one of the keys, or one of the dates, that the model `keys` lists: those whose rows the pending batches
   can change. #}
{% macro changed(column, keys) -%}
    {%- if not builds_everything() -%}
        {{ is_changed(column, column.split('.')[-1], ref(keys)) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# A list of days is short, and what it names lies together, so it can be written out; one of keys is neither. #}
{% macro is_changed(column, key, keys) -%}
    {%- if key.endswith('_date') -%}
        {{ is_listed(column, key, keys) }}
    {%- else -%}
        {{ column }} in (select {{ key }} from {{ keys }})
    {%- endif -%}
{%- endmacro %}
