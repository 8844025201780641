{# What part of the whole it is, to six decimals, half up; null where the whole is nothing. Both are whole numbers, and so is
   all of the arithmetic: a quotient in floating point would be rounded differently by different engines. #}
{% macro share(part, whole) -%}
    {%- set millionths = whole_division('2000000 * ' ~ part ~ ' + ' ~ whole, '2 * nullif(' ~ whole ~ ', 0)') -%}
    cast(cast({{ millionths }} as numeric(18, 0)) * cast('0.000001' as numeric(18, 6)) as numeric(18, 6))
{%- endmacro %}
