{# A 64-bit number for a text: quick to group and join by, stable within one query, never stored. #}
{% macro fingerprint(text) %}{{ return(adapter.dispatch('fingerprint', 'shopflow')(text)) }}{% endmacro %}

{% macro default__fingerprint(text) %}farm_fingerprint({{ text }}){% endmacro %}

{% macro duckdb__fingerprint(text) %}hash({{ text }}){% endmacro %}
