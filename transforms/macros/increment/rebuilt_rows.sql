{# For a from clause of a test: the rows of a model that this build made anew. A test that looked at all the others would
   cost more with every day of history. `with` names another model that is told by the same column: the rows are those
   that it is compared with, of all that this build made anew there. #}
{% macro rebuilt_rows(model, with=none) -%}
    {%- set meta = graph.nodes['model.shopflow.' ~ (with or model)].config.meta if execute else none -%}
    {%- if builds_everything() or not meta -%}
        {{ ref(model) }}
    {%- else -%}
        (select * from {{ ref(model) }} where {{ is_rebuilt(meta=meta) }})
    {%- endif -%}
{%- endmacro %}


{# dbt's own tests (unique, not_null, accepted_values, relationships) and ours with columns look at the same rows. #}
{% macro default__get_where_subquery(relation) -%}
    {%- set node = graph.nodes.get('model.shopflow.' ~ relation.identifier) if execute -%}
    {%- if not node or builds_everything() or not node.config.meta -%}
        {{ return(relation) }}
    {%- else -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ is_rebuilt(meta=node.config.meta) ~ ') as rebuilt') }}
    {%- endif -%}
{%- endmacro %}
