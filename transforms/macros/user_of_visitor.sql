{# The user's id within a visitor_id, null for an anonymous visitor: the other way round of visitor_id(). #}
{% macro user_of_visitor(visitor_id='visitor_id') -%}
    case when {{ visitor_id }} like 'u:%' then substr({{ visitor_id }}, 3) end
{%- endmacro %}
