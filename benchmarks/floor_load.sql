-- The first half of the floor: the rows that count, from Parquet files into a database. floor_transform.sql goes on.

create schema raw;

create table raw.users as select * from read_parquet('{folder}/users*.parquet');
create table raw.products as select * from read_parquet('{folder}/products*.parquet');

create table raw.events as
select
    *,
    cast(event_timestamp as date) as event_date,
    coalesce('u:' || user_id, 'a:' || anonymous_id) as visitor_id
from read_parquet('{folder}/events*.parquet')
where
    event_id is not null and strlen(event_id) between 1 and 128
    and event_type in (
        'page_view', 'product_view', 'search', 'add_to_cart', 'remove_from_cart', 'begin_checkout', 'purchase', 'refund'
    )
    and event_timestamp between timestamp '2000-01-01' and timestamp '2099-12-31'
    and (user_id is not null or anonymous_id is not null)
    and (quantity is null or quantity between 1 and 1000000)
    and (unit_price is null or unit_price >= 0)
    and (
        event_type not in ('product_view', 'add_to_cart', 'remove_from_cart', 'purchase', 'refund')
        or product_id is not null
    )
    and (event_type not in ('purchase', 'refund') or (quantity is not null and unit_price is not null))
    and (discount_amount is null or discount_amount <= unit_price * coalesce(quantity, 1));
