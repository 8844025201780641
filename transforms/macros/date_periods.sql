{# Each day of dim_date once with its week and once with its month: what is grouped by period_type and period_start_date
   is worked out for weeks and for months in one go. #}
{% macro date_periods() -%}
    select
        'week' as period_type,
        calendar_date,
        week_start_date as period_start_date,
        week_index as period_index
    from {{ ref('dim_date') }}

    union all

    select
        'month' as period_type,
        calendar_date,
        month_start_date as period_start_date,
        month_index as period_index
    from {{ ref('dim_date') }}
{%- endmacro %}
