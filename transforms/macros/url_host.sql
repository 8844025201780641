{# The host of an address in small letters, without port and leading `www.`; null where it names none. #}
{% macro url_host(url) -%}
    {{ regexp_group('lower(' ~ url ~ ')', '^[^:/?#]+://(?:[^/?#@]*@)?(?:www[.])?([^/?#:]+)') }}
{%- endmacro %}
