{# Whether `column` names a batch that published marts do not hold yet. #}
{% macro pending(column='batch_id') -%}
    {%- set batches = var('pending_batches', []) -%}
    {%- if batches -%}
        {{ column }} in ('{{ batches | join("', '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
