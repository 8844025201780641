{# Whether a row of int_sessions may tell how far a visitor had come on a day that is built (from the day before a touched one
   to two after, and those of int_corrected_dates): it began on it or up to `days` days before the first of them, and its
   visitor had a session on one of them. #}
{% macro sessions_so_far(days) -%}
    {%- if builds_everything() -%}
        true
    {%- else -%}
        {{ since_touched('session_date', days + 1) }}
        and visitor_id in (
            select rebuilt.visitor_id
            from {{ ref('int_sessions') }} as rebuilt
            where
                {{ since_touched('rebuilt.session_date', 1) }}
                and (
                    {{ touched('rebuilt.session_date', -1, 2) }}
                    or {{ changed('rebuilt.session_date', 'int_corrected_dates') }}
                )
        )
    {%- endif -%}
{%- endmacro %}
