{# Whether the date in `column` was touched, or lies from `first` days before to `last` days after a touched date. Dates are
   given as literals, so that a warehouse opens no other partition. `also` names a further list of dates that were touched
   for a reason of their own; `otherwise` is the answer where everything is built.
   A text in place of the list of dates is put in as it stands, with the window: so the tests compile a model once and
   fill in the dates of each build. #}
{% macro touched(column, first=0, last=0, also=none, otherwise='true') -%}
    {%- set dates = var('touched_dates', none) -%}
    {%- if builds_everything() or dates is none -%}
        {{ whole_or_slice(column, first, last) if otherwise == 'true' else otherwise }}
    {%- elif dates is string -%}
        {{ column }} in ('{{ dates }}:{{ first }}:{{ last }}:{{ also or '' }}')
    {%- else -%}
        {%- set days = {} -%}
        {%- for text in dates + (var(also, []) if also else []) -%}
            {%- for distance in range(first, last + 1) -%}
                {%- set day = modules.datetime.date.fromisoformat(text) + modules.datetime.timedelta(days=distance) -%}
                {%- do days.update({day.isoformat(): true}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if days -%}
            {{ column }} in (date '{{ days | sort | join("', date '") }}')
        {%- else -%}
            false
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
