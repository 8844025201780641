{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'session_date', 'days': [-1, 2], 'changed_in': 'int_corrected_dates'}
    )
}}

{%- set longest = 90 %}
{%- set steps = ['view', 'cart', 'checkout', 'purchase', 'ordered_cart', 'ordered_checkout', 'ordered_purchase'] %}

with

-- From here on there is a row for each course of dates, not for each visitor.
courses as (

    select
        session_date,
        slice,
        slice_value,
        {{ steps | join('_since,\n        ') }}_since,
        {{ steps | join('_since_before,\n        ') }}_since_before,
        count(*) as visitors
    from {{ ref('int_visitor_steps') }}
    where {{ is_rebuilt() }}
    group by
        session_date,
        slice,
        slice_value,
        {{ steps | join('_since,\n        ') }}_since,
        {{ steps | join('_since_before,\n        ') }}_since_before

),

sides as (

    {%- for step in steps %}
    select '{{ step }}' as step, 1 as sign
    union all
    select '{{ step }}' as step, -1 as sign
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- A visitor whose date a day moves is one more with the new date, and one less with the one before.
moves as (

    select
        courses.session_date,
        courses.slice,
        courses.slice_value,
        sides.step,
        sides.sign * courses.visitors as visitors,
        case
            {%- for step in steps %}
            when sides.step = '{{ step }}'
                then case when sides.sign = 1 then courses.{{ step }}_since else courses.{{ step }}_since_before end
            {%- endfor %}
        end as since_date
    from courses
    cross join sides

),

added_up as (

    select
        session_date,
        slice,
        slice_value,
        {%- for step in steps %}
        cast(sum(case when step = '{{ step }}' then visitors else 0 end) as int64) as {{ step }}_visitors,
        {%- endfor %}
        since_date
    from moves
    where since_date > session_date - {{ longest }}
    group by session_date, slice, slice_value, since_date

),

fct_visitor_funnel as (

    select
        session_date,
        slice,
        slice_value,
        since_date,
        {{ steps | join('_visitors,\n        ') }}_visitors
    from added_up
    where {{ steps | join('_visitors <> 0 or ') }}_visitors <> 0

)

select * from fct_visitor_funnel
