{# What dbt compares a contracted model's columns with. A contract tells the places of its amounts, for the table is made
   with them; a cast in BigQuery knows none, so they are left out there. #}
{% macro bigquery__get_empty_schema_sql(columns) %}
    select
    {%- for column in columns.values() %}
        cast(null as {{ column.data_type.split('(')[0] }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}
