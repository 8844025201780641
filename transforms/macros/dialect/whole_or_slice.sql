{# For a build of everything: whether the date in `column` belongs to it. All do, unless the build is made of slices; a
   slice gives the touched dates that stand for it as variables of its connection (build_in_slices). Records let no date
   come before 2000 or after 2099. #}
{% macro whole_or_slice(column, first, last) %}{{ return(adapter.dispatch('whole_or_slice', 'shopflow')(column, first, last)) }}{% endmacro %}

{% macro default__whole_or_slice(column, first, last) %}true{% endmacro %}

{% macro duckdb__whole_or_slice(column, first, last) -%}
    {{ column }} between coalesce(getvariable('touched_from'), date '1000-01-01') + ({{ first }})
    and coalesce(getvariable('touched_to'), date '9000-01-01') + ({{ last }})
{%- endmacro %}
