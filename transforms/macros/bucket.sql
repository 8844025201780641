{# Into which of some ranges a whole number falls, as two columns of a select list: the bound that it reaches
   (at_least_...) and the next one (below_...), null after the last. `bounds` rise; no number lies below the first. #}
{% macro bucket(number, bounds, unit) -%}
    cast(
            case
            {%- for bound in bounds[1:] | reverse %}
                when {{ number }} >= {{ bound }} then {{ bound }}
            {%- endfor %}
                else {{ bounds[0] }}
            end as int64
        ) as at_least_{{ unit }},
        cast(
            case
            {%- for bound in bounds[1:] %}
                when {{ number }} < {{ bound }} then {{ bound }}
            {%- endfor %}
            end as int64
        ) as below_{{ unit }}
{%- endmacro %}
