with

changed_events as (

    select * from {{ ref('int_changed_events') }}

),

changed_visitors as (

    select distinct visitor_id
    from changed_events

)

select * from changed_visitors
