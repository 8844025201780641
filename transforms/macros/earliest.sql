{# The earliest of some dates; null where one of them is null, which `least` does not say in all engines. #}
{% macro earliest(dates) -%}
    case when {{ dates | join(' is not null and ') }} is not null then least({{ dates | join(', ') }}) end
{%- endmacro %}
