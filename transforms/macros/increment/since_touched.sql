{# Whether the date in `column` is not earlier than the first date that was touched, less `distance` days. #}
{% macro since_touched(column, distance=0, otherwise='true') -%}
    {%- set dates = var('touched_dates', none) -%}
    {%- if builds_everything() or dates is none -%}
        {{ otherwise }}
    {%- elif dates is string -%}
        {{ column }} >= '{{ dates }}:{{ distance }}'
    {%- elif dates -%}
        {{ column }} >= date '{{ modules.datetime.date.fromisoformat(dates | min) - modules.datetime.timedelta(days=distance) }}'
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
