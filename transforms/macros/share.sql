{# What part of the whole it is, to six decimals, half up; null where the whole is nothing. Both are whole numbers, and so is
   the division: a quotient in floating point would not be rounded alike by all engines. #}
{% macro share(part, whole) -%}
    {%- set millionths = whole_division('2000000 * ' ~ part ~ ' + ' ~ whole, '2 * nullif(' ~ whole ~ ', 0)') -%}
    {{ as_decimal(millionths ~ ' * ' ~ as_decimal("'0.000001'", 6), 6) }}
{%- endmacro %}
