with

changed_visitors as (

    select * from {{ ref('int_changed_visitors') }}

),

changed_users as (

    select {{ user_of_visitor() }} as user_id
    from changed_visitors
    where visitor_id like 'u:%'

    union distinct

    select user_id
    from {{ source('raw', 'users') }}
    where {{ pending() }}

    union distinct

    select user_id
    from {{ source('removed', 'users') }}

)

select * from changed_users
