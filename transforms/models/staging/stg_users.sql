{%- set attributes = ['created_at', 'country', 'city', 'postal_code', 'is_marketing_opt_in'] -%}

with

users as (

    select * from {{ source('raw', 'users') }}

),

-- Name, e-mail and street stay behind in the raw table: nothing after this line knows them.
ranked as (

    select
        user_id,
        updated_at,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        {{ place_by_content(['user_id', 'updated_at'], attributes) }} as place_of_copy
    from users

),

staged_users as (

    select
        -- ids
        user_id,

        -- text
        country,
        city,
        postal_code,

        -- flags
        is_marketing_opt_in,

        -- timestamps
        created_at,
        updated_at
    from ranked
    where place_of_copy = 1

)

select * from staged_users
