{# BigQuery: a whole build of an incremental model, in one statement that leaves the old table or the new one. What the model
   tells of its builds tells how the table lies: partitioned by the date that a build names, so that nothing else is read
   or paid for, and in the order of the key by which it is built. A table that lies in another way cannot be replaced. #}
{% macro build_partitioned_table(existing, target_relation, select_sql) %}
    {%- set told = config.get('meta') -%}
    {%- set date = told.since[0] if 'since' in told else told.rebuilt_by if 'days' in told -%}
    {%- set key = told.rebuilt_by if told.rebuilt_by != date -%}
    {%- set partition = adapter.parse_partition_by({'field': date, 'data_type': 'date'} if date else none) -%}
    {%- if not adapter.is_replaceable(existing, partition, [key] if key else none) %}
        {% do adapter.drop_relation(existing) %}
    {%- endif %}
    {% call statement('main') -%}
        create or replace table {{ target_relation }}
        {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(select_sql) }}
        {{ get_table_columns_and_constraints() }}
        {%- set select_sql = get_select_subquery(select_sql) -%}
        {%- endif %}
        {%- if date %}
        partition by {{ date }}
        {%- endif %}
        {%- if key %}
        cluster by {{ key }}
        {%- endif %}
        {{ bigquery_table_options(config, model, false) }}
        as ({{ select_sql }})
    {%- endcall %}
{% endmacro %}
