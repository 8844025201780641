{# Whether a text is one of a list of words; unknown where the text is null. DuckDB makes a join of a longer `in`, for every
   row, also where a `case` never gets there. #}
{% macro is_one_of(text, words) %}{{ return(adapter.dispatch('is_one_of', 'shopflow')(text, words)) }}{% endmacro %}

{% macro default__is_one_of(text, words) %}{{ text }} in ('{{ words | join("', '") }}'){% endmacro %}

{% macro duckdb__is_one_of(text, words) %}list_contains(['{{ words | join("', '") }}'], {{ text }}){% endmacro %}
