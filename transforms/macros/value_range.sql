{# Where the ranges of customers' values begin: whole amounts of whatever currency. #}
{% macro value_bounds() -%}
    {%- set bounds = [0] -%}
    {%- for size in [10, 100, 1000, 10000, 100000, 1000000] -%}
        {%- for step in [1, 2, 5] -%}
            {%- do bounds.append(step * size) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(bounds) }}
{%- endmacro %}


{# The bound that an amount reaches; null below 0, where more was paid back than is known to have been bought. #}
{% macro value_range(amount) -%}
    cast(
            case
            {%- for bound in value_bounds() | reverse %}
                when {{ amount }} >= {{ bound }} then {{ bound }}
            {%- endfor %}
            end as int64
        )
{%- endmacro %}
