with

versions as (

    select * from {{ ref('stg_products') }}

),

interactions as (

    select * from {{ ref('int_product_interactions') }}

),

compared as (

    select
        *,
        row_number() over by_time as place,
        lag(unit_price) over by_time as previous_unit_price,
        lag(currency) over by_time as previous_currency,
        lead(updated_at) over by_time as replaced_at
    from versions
    window by_time as (partition by product_id order by updated_at)

),

price_changes as (

    select
        product_id,
        updated_at as price_changed_at,
        row_number() over (partition by product_id order by updated_at desc) as place_from_last
    from compared
    where
        place > 1
        and (unit_price is distinct from previous_unit_price or currency is distinct from previous_currency)

),

current_versions as (

    select
        compared.*,
        price_changes.price_changed_at
    from compared
    left join price_changes
        on
            compared.product_id = price_changes.product_id
            and price_changes.place_from_last = 1
    where compared.replaced_at is null

),

products_in_events as (

    select
        product_id,
        min(event_date) as first_event_date
    from interactions
    group by product_id

),

dim_products as (

    select
        -- ids
        coalesce(current_versions.product_id, products_in_events.product_id) as product_id,

        -- text
        current_versions.product_name,
        current_versions.category,
        {%- for level in [1, 2, 3] %}
        nullif({{ dbt.split_part('current_versions.category', "'.'", level) }}, '') as category_level_{{ level }},
        {%- endfor %}
        current_versions.brand,
        current_versions.currency,

        -- numbers and flags
        current_versions.unit_price,
        coalesce(current_versions.is_active, true) as is_active,
        current_versions.product_id is null as is_inferred,

        -- dates and timestamps
        products_in_events.first_event_date,
        current_versions.price_changed_at,
        current_versions.updated_at
    from current_versions
    full outer join products_in_events on current_versions.product_id = products_in_events.product_id

)

select * from dim_products
