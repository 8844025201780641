{# Whether a row is among those that this build makes anew, as the `meta` of the model says: `rebuilt_by` names the column
   that tells; the rows are those on touched dates (`days`: from how many days before to how many days after one, `also`:
   see touched) and those whose value the model `changed_in` lists, but only from `since` on, if that is given: a column
   with dates, and how many days before the first touched date it begins. What a build deletes, what it puts in its place
   and what is tested afterwards are told by this one condition. `meta` is that of another model, for its tests. #}
{% macro is_rebuilt(of=none, meta=none) -%}
    {%- set told = meta or (model.config.meta if model is defined and execute else none) -%}
    {%- set column = (of ~ '.' if of else '') ~ told.rebuilt_by if told -%}
    {%- if builds_everything() or not told -%}
        {{ touched(column, told.days[0], told.days[1]) if told and 'days' in told and 'changed_in' not in told else 'true' }}
    {%- else -%}
        {%- set conditions = [] -%}
        {%- if 'days' in told -%}
            {%- do conditions.append(touched(column, told.days[0], told.days[1], told.also)) -%}
        {%- endif -%}
        {%- if 'changed_in' in told -%}
            {%- set keys = graph.nodes['model.shopflow.' ~ told.changed_in].relation_name -%}
            {%- do conditions.append(is_changed(column, told.rebuilt_by, keys)) -%}
        {%- endif -%}
        ({{ conditions | join(' or ') }})
        {%- if 'since' in told %} and {{ since_touched(told.since[0], told.since[1]) }}{% endif %}
    {%- endif -%}
{%- endmacro %}
