{# An address without query and fragment. #}
{% macro without_query(url) -%}
    {{ dbt.split_part(dbt.split_part(url, "'?'", 1), "'#'", 1) }}
{%- endmacro %}
