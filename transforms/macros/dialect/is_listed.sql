{# Whether `column` holds one of the dates in the column `key` of the model `dates`, which an earlier model of this build
   made. BigQuery leaves out partitions only by dates that stand in the statement: there they are asked for first. What is
   compiled and not run, as for an estimate, asks nothing and keeps the longer way, so it never tells of fewer bytes. What asking
   was billed is told to flows/builds/results.py, for dbt reports a node's main statement only. #}
{% macro is_listed(column, key, dates) %}{{ return(adapter.dispatch('is_listed', 'shopflow')(column, key, dates)) }}{% endmacro %}

{% macro default__is_listed(column, key, dates) %}{{ column }} in (select {{ key }} from {{ dates }}){% endmacro %}

{% macro bigquery__is_listed(column, key, dates) -%}
    {%- if not execute or flags.WHICH not in ['build', 'run'] -%}
        {{ default__is_listed(column, key, dates) }}
    {%- else -%}
        {%- call statement('dates', fetch_result=true, auto_begin=false) -%}
            select distinct {{ key }} from {{ dates }} order by {{ key }}
        {%- endcall -%}
        {%- set answer = load_result('dates') -%}
        {%- set told = answer.response -%}
        {%- do log('asked beside: ' ~ tojson({'bytes_billed': told.bytes_billed, 'slot_ms': told.slot_ms})) -%}
        {%- set found = answer.table.columns[0].values() -%}
        {%- if found -%}
            {{ column }} in (date '{{ found | join("', date '") }}')
        {%- else -%}
            false
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
