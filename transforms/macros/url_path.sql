{# The path of an address, without query and fragment; `/` where it has none, null where there is no address. #}
{% macro url_path(url) -%}
    case
        when {{ url }} is not null
            then coalesce({{ regexp_group(url, '^(?:[^:/?#]+://[^/?#]*)?([^?#]*)') }}, '/')
    end
{%- endmacro %}
