{# Whether every model is built from all of its input. A run hands the dates that its batches touched as `touched_dates`;
   a first build, a full refresh, a unit test and dbt called by hand hand none. While dbt only looks for what a model refers
   to, the answer is no, for a part refers to more. #}
{% macro builds_everything() -%}
    {{ return(execute and (var('touched_dates', none) is none or flags.FULL_REFRESH)) }}
{%- endmacro %}
