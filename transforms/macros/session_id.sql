{# A session's id, from its key: who it was and when it began, to the microsecond. #}
{% macro session_id(visitor_id, session_started_at) -%}
    {{ dbt.hash(visitor_id ~ " || '|' || cast(" ~ epoch_microseconds(session_started_at) ~ " as string)") }}
{%- endmacro %}
