{# What the one group of a pattern matches in a text, null where it matches nothing. #}
{% macro regexp_group(text, pattern) %}
    {{- return(adapter.dispatch('regexp_group', 'shopflow')(text, pattern)) -}}
{% endmacro %}

{% macro default__regexp_group(text, pattern) %}nullif(regexp_extract({{ text }}, r'{{ pattern }}'), ''){% endmacro %}

{% macro duckdb__regexp_group(text, pattern) %}nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), ''){% endmacro %}
