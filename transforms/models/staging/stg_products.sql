{%- set attributes = ['product_name', 'category', 'brand', 'unit_price', 'currency', 'is_active'] -%}

with

products as (

    select * from {{ source('raw', 'products') }}

),

ranked as (

    select
        product_id,
        updated_at,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        {{ place_by_content(['product_id', 'updated_at'], attributes) }} as place_of_copy
    from products

),

staged_products as (

    select
        -- ids
        product_id,

        -- text
        product_name,
        category,
        brand,
        currency,

        -- numbers
        unit_price,

        -- flags
        is_active,

        -- timestamps
        updated_at
    from ranked
    where place_of_copy = 1

)

select * from staged_products
