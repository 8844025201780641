with

versions as (

    select * from {{ ref('stg_products') }}

),

compared as (

    select
        *,
        row_number() over by_time as place,
        lag(unit_price) over by_time as previous_unit_price,
        lag(currency) over by_time as previous_currency
    from versions
    window by_time as (partition by product_id order by updated_at)

),

fct_price_changes as (

    select
        -- ids
        product_id,

        -- dates and timestamps
        {{ shop_day('updated_at') }} as changed_date,
        updated_at as changed_at,

        -- text
        previous_currency,
        currency,

        -- numbers
        previous_unit_price,
        unit_price
    from compared
    where
        place > 1
        and (unit_price is distinct from previous_unit_price or currency is distinct from previous_currency)

)

select * from fct_price_changes
