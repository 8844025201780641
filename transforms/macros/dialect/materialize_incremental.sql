{# Rows that is_rebuilt() names are taken out and put in anew, in one transaction: a build that is killed leaves the table
   as it was or as it should be, and doing it again changes nothing. The new rows are worked out first, for a model may
   read its own table. #}
{% materialization incremental, adapter='duckdb' %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if builds_everything() %}
        {%- if existing is not none and not existing.is_table %}
            {{ drop_relation_if_exists(existing) }}
        {%- endif %}
        {{ build_in_slices(target_relation, compiled_code) }}
        {{ record_everything_rebuilt() }}
    {%- elif existing is none %}
        {{ exceptions.raise_compiler_error('it was never built as a whole: run once with --full-refresh') }}
    {%- else %}
        {%- set rebuilt_rows = this.identifier ~ '__rebuilt' %}
        {% call statement('rebuilt') -%}
            create or replace temp table {{ rebuilt_rows }} as ({{ compiled_code }})
        {%- endcall %}
        {{ record_rebuilt(target_relation, rebuilt_rows) }}
        {% call statement('delete') -%}
            delete from {{ target_relation }} where {{ is_rebuilt() }}
        {%- endcall %}
        {% call statement('main') -%}
            insert into {{ target_relation }} by name (select * from {{ rebuilt_rows }})
        {%- endcall %}
        {% call statement('drop') -%}
            drop table {{ rebuilt_rows }}
        {%- endcall %}
    {%- endif %}

    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{# BigQuery: one script is one job, and in it one transaction from the first row that goes to the last that comes. A script
   that is killed or fails takes its transaction back. #}
{% materialization incremental, adapter='bigquery' %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if builds_everything() %}
        {{ build_partitioned_table(existing, target_relation, compiled_code) }}
        {% do persist_docs(target_relation, model) %}
    {%- elif existing is none %}
        {{ exceptions.raise_compiler_error('it was never built as a whole: run once with --full-refresh') }}
    {%- else %}
        {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') %}
        {% call statement('main') -%}
            create temp table {{ this.identifier }}__rebuilt as ({{ compiled_code }});

            begin transaction;
            delete from {{ target_relation }} where {{ is_rebuilt() }};
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from {{ this.identifier }}__rebuilt;
            commit transaction
        {%- endcall %}
    {%- endif %}

    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
