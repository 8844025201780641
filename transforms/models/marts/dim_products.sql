with

versions as (

    select * from {{ ref('stg_products') }}

),

interactions as (

    select * from {{ ref('int_product_interactions') }}

),

last_price_changes as (

    select
        product_id,
        max(changed_at) as price_changed_at
    from {{ ref('fct_price_changes') }}
    group by product_id

),

by_age as (

    select
        *,
        lead(updated_at) over (partition by product_id order by updated_at) as replaced_at
    from versions

),

current_versions as (

    select
        by_age.*,
        last_price_changes.price_changed_at
    from by_age
    left join last_price_changes on by_age.product_id = last_price_changes.product_id
    where by_age.replaced_at is null

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
