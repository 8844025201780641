{# Whether one of the first three labels of a host is one of `names`: l.facebook.com and google.co.uk are known by them.
   Labels are compared, not matched against a pattern, which costs ten times as much. #}
{% macro host_is_among(host, names) -%}
    (
        {%- for place in [1, 2, 3] %}
        {{ is_one_of(dbt.split_part(host, "'.'", place), names) }}{{ ' or' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
