{# Whether a pattern is found anywhere in a text. #}
{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'shopflow')(text, pattern)) }}{% endmacro %}

{% macro default__matches(text, pattern) %}regexp_contains({{ text }}, r'{{ pattern }}'){% endmacro %}

{% macro duckdb__matches(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}
