{# Who did it: the user where known, else the browser or the app. The letter keeps the two kinds of id apart. #}
{% macro visitor_id(user_id='user_id', anonymous_id='anonymous_id') -%}
    coalesce('u:' || {{ user_id }}, 'a:' || {{ anonymous_id }})
{%- endmacro %}
