{{
    config(
        materialized='incremental',
        meta={'rebuilt_by': 'session_date', 'days': [-1, 2], 'changed_in': 'int_corrected_dates'}
    )
}}

{%- set slices = {'all': 'cast(null as string)', 'device': 'device_type', 'channel': 'channel', 'country': 'country'} %}
{%- set longest = 90 %}
{%- set steps = ['cart', 'checkout', 'purchase', 'ordered_cart', 'ordered_checkout', 'ordered_purchase'] %}

with

views as (

    select
        visitor_id,
        device_type,
        channel,
        country,
        session_date
    from {{ ref('int_sessions') }}
    where product_views > 0 and {{ sessions_so_far(longest - 1) }}

),

{% for slice, value in slices.items() -%}
{{ slice }}_views as (

    select
        session_date,
        '{{ slice }}' as slice,
        {{ value }} as slice_value,
        lag(session_date) over (
            partition by visitor_id{{ ', ' ~ value if slice != 'all' }}
            order by session_date
        ) as session_date_before
    from views

),

{% endfor -%}
-- The second session of a visitor's day has that day itself before it: it is left out, the visitor is counted already.
view_courses as (

    {% for slice in slices -%}
    select
        session_date,
        slice,
        slice_value,
        session_date_before,
        count(*) as visitors
    from {{ slice }}_views
    where {{ is_rebuilt() }} and session_date is distinct from session_date_before
    group by session_date, slice, slice_value, session_date_before
    {{ 'union all' if not loop.last }}

    {% endfor -%}

),

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

    union all

    select
        session_date,
        slice,
        slice_value,
        'view' as step,
        visitors,
        session_date as since_date
    from view_courses

    union all

    select
        session_date,
        slice,
        slice_value,
        'view' as step,
        -visitors as visitors,
        session_date_before as since_date
    from view_courses

),

added_up as (

    select
        session_date,
        slice,
        slice_value,
        {%- for step in ['view'] + steps %}
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
        view_visitors,
        {{ steps | join('_visitors,\n        ') }}_visitors
    from added_up
    where
        view_visitors <> 0
        {%- for step in steps %}
        or {{ step }}_visitors <> 0
        {%- endfor %}

)

select * from fct_visitor_funnel
