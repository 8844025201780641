{# For the serving copies: which values of `rebuilt_by` a mart has other rows of, before the old rows are taken out. Written
   in the transaction of the rows, so what a build changed is known wherever it was cut off. A view shows what the table
   below it holds, so that table tells for both. Publication copies these rows, and no others, into an earlier copy
   (`flows/warehouse/duck_record.py`). #}
{% macro record_rebuilt(target_relation, rebuilt_rows) %}
    {%- set key = config.get('meta').rebuilt_by -%}
    {%- set marts = [this.identifier] if this.schema == 'marts' else [] -%}
    {%- for node in graph.nodes.values() if node.config.materialized == 'view' and node.config.schema == 'marts'
            and node.config.meta.rebuilt_by == key and model.unique_id in node.depends_on.nodes -%}
        {%- do marts.append(node.alias) -%}
    {%- endfor -%}
    {%- if marts %}
        {% call statement('record') -%}
            insert into ops.rebuilt (mart, key_name, key_value)
            select
                unnest(['{{ marts | join("', '") }}']),
                '{{ key }}',
                cast({{ key }} as string)
            from (
                select {{ key }} from {{ target_relation }} where {{ is_rebuilt() }}
                union
                select {{ key }} from {{ rebuilt_rows }}
                union
                select null
            )
        {%- endcall %}
    {%- endif %}
{% endmacro %}


{# Every row may be another one: the record begins anew, and the next publication copies everything. #}
{% macro record_everything_rebuilt() %}
    {% for table in ['publications', 'rebuilt'] %}
        {% call statement('record') -%}
            delete from ops.{{ table }}
        {%- endcall %}
    {% endfor %}
{% endmacro %}
