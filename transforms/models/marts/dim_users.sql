{{ config(materialized='incremental', meta={'rebuilt_by': 'user_id', 'changed_in': 'int_changed_users'}) }}

{%- set attributes = ['created_at', 'country', 'city', 'postal_code', 'is_marketing_opt_in'] -%}

with

versions as (

    select
        user_id,
        updated_at,
        created_at,
        country,
        city,
        postal_code,
        coalesce(is_marketing_opt_in, false) as is_marketing_opt_in
    from {{ ref('stg_users') }}
    where {{ changed('user_id', 'int_changed_users') }}

),

-- The first day of every user; of a part, only of those whom no version knows.
first_days as (

    select
        {{ user_of_visitor() }} as user_id,
        first_event_at as first_seen_at
    from {{ ref('int_visitor_days') }}
    where
        previous_event_date is null
        and visitor_id like 'u:%'
        {%- if not builds_everything() %}
        and visitor_id in (
            select 'u:' || changed_users.user_id
            from {{ ref('int_changed_users') }} as changed_users
            where changed_users.user_id not in (select versions.user_id from versions)
        )
        {%- endif %}

),

compared as (

    select
        *,
        {%- for attribute in attributes %}
        lag({{ attribute }}) over by_time as previous_{{ attribute }},
        {%- endfor %}
        row_number() over by_time as place
    from versions
    window by_time as (partition by user_id order by updated_at)

),

-- A version that says nothing new is not a change: it would only cut one truth in two.
changes as (

    select * from compared
    where
        place = 1
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from previous_{{ attribute }}
        {%- endfor %}

),

recorded_users as (

    select
        user_id,
        row_number() over by_time as version_number,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        updated_at as valid_from,
        lead(updated_at) over by_time as valid_to,
        false as is_inferred
    from changes
    window by_time as (partition by user_id order by updated_at)

),

inferred_users as (

    select
        first_days.user_id,
        1 as version_number,
        cast(null as timestamp) as created_at,
        cast(null as string) as country,
        cast(null as string) as city,
        cast(null as string) as postal_code,
        false as is_marketing_opt_in,
        first_days.first_seen_at as valid_from,
        cast(null as timestamp) as valid_to,
        true as is_inferred
    from first_days
    where
        not exists (
            select 1
            from versions
            where versions.user_id = first_days.user_id
        )

),

all_users as (

    select * from recorded_users
    union all
    select * from inferred_users

),

dim_users as (

    select
        user_id,
        version_number,
        valid_from,
        valid_to,
        valid_to is null as is_current,
        is_inferred,
        created_at,
        country,
        city,
        postal_code,
        is_marketing_opt_in
    from all_users

)

select * from dim_users
