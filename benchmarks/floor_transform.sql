-- The floor: the same marts from the same rows (floor_load.sql), as one script that somebody who knows DuckDB would write by hand.
-- No reasons for refusals, no lake, no ledger, no tests, no increments; nothing is kept apart that is not needed.
-- tests/test_benchmarks.py holds its numbers to those of the product.

create schema marts;

-- duplicates: find the few keys that repeat, order only these
create temp table repeated as
select event_date, event_id from raw.events group by all having count(*) > 1;

create temp table kept as
select event_date, event_id, max(rowid) as kept_row
from raw.events semi join repeated using (event_date, event_id) group by all;

delete from raw.events using kept
where events.event_date = kept.event_date and events.event_id = kept.event_id and events.rowid <> kept.kept_row;

-- sessions: 30 minutes, and none outlives the day after its start; cut out of half hours, which are fewer than events
create temp table half_hours as
with counted as (
    select
        visitor_id, event_date, epoch_us(event_timestamp) // 1800000000 as half_hour,
        min(event_timestamp) as first_at, max(event_timestamp) as last_at, count(*) as events,
        count(*) filter (event_type = 'page_view') as page_views,
        count(*) filter (event_type = 'product_view') as product_views,
        count(*) filter (event_type = 'search') as searches,
        count(*) filter (event_type = 'add_to_cart') as carts,
        count(*) filter (event_type = 'begin_checkout') as checkouts,
        count(*) filter (event_type = 'purchase') as purchases
    from raw.events group by all
),
opened as (
    select
        *,
        coalesce(first_at > lag(last_at) over by_time + interval 30 minute, true) as is_opening,
        coalesce(event_date > lag(event_date) over by_time, true) as is_first_of_day
    from counted
    window by_time as (partition by visitor_id order by first_at)
),
last_opened as (
    select
        *,
        max(case when is_opening then first_at end) over by_time as opened_at,
        max(case when is_opening then event_date end) over by_time as opened_date,
        max(case when is_first_of_day then first_at end) over by_time as day_began_at
    from opened
    window by_time as (partition by visitor_id order by first_at)
)
select
    * exclude (is_opening, is_first_of_day, opened_at, opened_date, day_began_at),
    case when opened_date >= event_date - 1 then opened_at else day_began_at end as session_started_at
from last_opened;

create table marts.fct_sessions as
with counted as (
    select
        visitor_id, session_started_at, min(event_date) as session_date, max(last_at) as session_ended_at,
        sum(events) as events, sum(page_views) as page_views, sum(product_views) as product_views, sum(searches) as searches,
        sum(carts) as carts, sum(checkouts) as checkouts, sum(purchases) as purchases
    from half_hours group by all
),
arrived as (
    select
        e.visitor_id, c.session_started_at, min(event_id) as event_id, any_value(page_url) as landing_page,
        any_value(referrer_url) as referrer_url, any_value(utm_source) as utm_source, any_value(utm_medium) as utm_medium,
        any_value(utm_campaign) as utm_campaign, any_value(device_type) as device_type, any_value(country) as country
    from raw.events e join counted c on e.visitor_id = c.visitor_id and e.event_timestamp = c.session_started_at
    group by all
)
select md5(visitor_id || '|' || session_started_at) as session_id, * exclude (event_id)
from counted join arrived using (visitor_id, session_started_at);

alter table marts.fct_sessions add column channel varchar;
update marts.fct_sessions set channel = case
    when utm_medium = 'email' then 'email'
    when utm_medium in ('cpc', 'ppc', 'paid_search') then 'paid_search'
    when utm_medium in ('paid_social', 'cpm') then 'paid_social'
    when utm_medium in ('display', 'banner') then 'display'
    when utm_medium = 'affiliate' then 'affiliate'
    when referrer_url similar to '.*(google|bing|duckduckgo)\..*' then 'organic_search'
    when referrer_url similar to '.*(facebook|instagram|tiktok|pinterest)\..*' then 'organic_social'
    when referrer_url is not null then 'referral'
    when landing_page is not null then 'direct'
    else 'unknown'
end;

create temp table visitor_days as
select visitor_id, event_date, sum(events) as events, min(first_at) as first_at, max(last_at) as last_at
from half_hours group by all;

create temp table visitors as
select visitor_id, min(event_date) as first_date, min(first_at) as first_at, count(*) as active_days
from visitor_days group by all;

create table marts.fct_daily_engagement as
with days as (
    select unnest(generate_series(min(event_date), max(event_date), interval 1 day))::date as day from visitor_days
),
spans as (
    select
        event_date as from_day,
        coalesce(lead(event_date) over (partition by visitor_id order by event_date), date '9999-01-01') as next_day
    from visitor_days
),
steps as (
    select from_day as day, 1 as wau, 1 as mau, 1 as dau from spans
    union all select least(next_day, from_day + 7), -1, 0, 0 from spans
    union all select least(next_day, from_day + 30), 0, -1, 0 from spans
),
counts as (select day, sum(dau) as dau, sum(wau) as wau, sum(mau) as mau from steps group by all),
arrivals as (select first_date as day, count(*) as new_visitors from visitors group by all),
sessions as (
    select session_date as day, count(*) as sessions, sum(events) as events, avg(epoch(session_ended_at - session_started_at)) as seconds
    from marts.fct_sessions group by all
)
select
    day, dau, sum(wau) over (order by day) as wau, sum(mau) over (order by day) as mau, sessions, events, seconds,
    new_visitors
from days left join counts using (day) left join sessions using (day) left join arrivals using (day);

create temp table product_interactions as
select
    session_started_at, e.visitor_id, product_id,
    bool_or(event_type = 'product_view') as viewed, bool_or(event_type = 'add_to_cart') as carted,
    bool_or(event_type = 'purchase') as bought, count(*) as interactions
from raw.events e
join half_hours h
    on e.visitor_id = h.visitor_id and e.event_date = h.event_date
    and epoch_us(e.event_timestamp) // 1800000000 = h.half_hour
where product_id is not null group by all;

create table marts.dim_products as
select distinct on (product_id) * from raw.products order by product_id, updated_at desc;

create table marts.fct_funnel as
with steps as (
    select '(all)' as category, session_date, channel, device_type,
        product_views > 0 as viewed, carts > 0 as carted, checkouts > 0 or purchases > 0 as checked_out, purchases > 0 as bought
    from marts.fct_sessions
    union all
    select
        p.category, any_value(s.session_date), any_value(s.channel), any_value(s.device_type),
        bool_or(i.viewed), bool_or(i.carted), any_value(s.checkouts) > 0 or bool_or(i.bought), bool_or(i.bought)
    from product_interactions i
    join marts.fct_sessions s using (visitor_id, session_started_at)
    left join marts.dim_products p using (product_id)
    group by p.category, visitor_id, session_started_at
)
select
    session_date, channel, device_type, category, count(*) as sessions,
    count(*) filter (viewed) as view_sessions,
    count(*) filter (viewed and carted) as cart_sessions,
    count(*) filter (viewed and carted and checked_out) as checkout_sessions,
    count(*) filter (viewed and carted and checked_out and bought) as purchase_sessions
from steps group by all;

create temp table order_lines as
select
    e.* exclude (device_type, country), s.session_id, s.channel, s.device_type, s.country,
    case when event_type = 'purchase' then quantity * unit_price else 0 end as gross,
    case when event_type = 'purchase' then coalesce(discount_amount, 0) else 0 end as discount,
    case when event_type = 'refund' then quantity * unit_price - coalesce(discount_amount, 0) else 0 end as refund
from raw.events e
join marts.fct_sessions s
    on e.visitor_id = s.visitor_id and e.event_timestamp between s.session_started_at and s.session_ended_at
where event_type in ('purchase', 'refund');

create table marts.fct_orders as
select
    coalesce(order_id, event_id) as order_id, currency, min(visitor_id) as visitor_id, min(session_id) as session_id,
    min(event_timestamp) filter (event_type = 'purchase') as ordered_at, sum(gross) as gross_amount,
    sum(discount) as discount_amount, sum(refund) as refund_amount, sum(gross - discount - refund) as net_amount
from order_lines group by all having count(*) filter (event_type = 'purchase') > 0;

create table marts.fct_revenue as
select
    event_date, product_id, channel, device_type, country, currency, count(*) filter (event_type = 'purchase') as purchases,
    sum(gross) as gross_amount, sum(discount) as discount_amount, sum(refund) as refund_amount,
    sum(gross - discount - refund) as net_amount
from order_lines group by all;

create table marts.fct_conversions as
select
    session_id, any_value(visitor_id) as visitor_id, min(event_timestamp) as converted_at,
    count(distinct coalesce(order_id, event_id)) as orders, sum(gross - discount) as amount
from order_lines where event_type = 'purchase' group by session_id;

create table marts.fct_cohort_retention as
select
    date_trunc('month', first_date) as cohort, date_trunc('month', event_date) as period,
    count(distinct visitor_id) as visitors
from visitor_days join visitors using (visitor_id) group by all
union all
select
    date_trunc('week', first_date), date_trunc('week', event_date), count(distinct visitor_id)
from visitor_days join visitors using (visitor_id) group by all;

create table marts.fct_cohort_revenue as
select
    date_trunc('month', first_date) as cohort, date_trunc('month', event_date) as period, currency,
    sum(gross) as gross_amount, sum(discount) as discount_amount, sum(refund) as refund_amount
from order_lines join visitors using (visitor_id) group by all;

create table marts.dim_users as
select
    user_id, updated_at as valid_from, lead(updated_at) over (partition by user_id order by updated_at) as valid_to,
    country, city, postal_code, is_marketing_opt_in
from raw.users;
