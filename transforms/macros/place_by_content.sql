{# The place of a row among the copies of its key, by content alone: 1 counts. `columns` must hold everything that the
   source said and nothing about how the row came here, so that no order of arrival can change the winner. #}
{% macro place_by_content(key, columns) -%}
    row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {%- for column in columns if column not in key %}
            {{ column }} asc nulls last{{ ',' if not loop.last }}
            {%- endfor %}
    )
{%- endmacro %}
