{# As for tables: DuckDB swaps a view in one statement. #}
{% materialization view, adapter='duckdb' %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_view %}
        {{ drop_relation_if_exists(existing) }}
    {%- endif %}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {%- endif %}

    {% call statement('main') -%}
        create or replace view {{ target_relation }} as (
            {{ compiled_code }}
        )
    {%- endcall %}
    {%- if config.get('meta') and builds_everything() %}
        {{ record_everything_rebuilt() }}
    {%- endif %}

    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
