{# Whether the date in `column` is one of those that a backfill rebuilds now: every event on it counts as changed, whichever
   batch brought it. A text in place of the list is put in as it stands, as in touched. #}
{% macro backfilled(column) -%}
    {%- set dates = var('backfilled_dates', []) -%}
    {%- if builds_everything() or not dates -%}
        false
    {%- elif dates is string -%}
        {{ column }} in ('{{ dates }}')
    {%- else -%}
        {{ column }} in (date '{{ dates | sort | join("', date '") }}')
    {%- endif -%}
{%- endmacro %}
