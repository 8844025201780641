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
        count(*) filter (event_type = 'purchase') as purchases,
        min(event_timestamp) filter (event_type = 'product_view') as first_view_at,
        max(event_timestamp) filter (event_type = 'begin_checkout') as last_checkout_at,
        max(event_timestamp) filter (event_type = 'purchase') as last_purchase_at
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
        visitor_id, session_started_at, min(event_date) as session_date, max(event_date) as last_date, max(last_at) as session_ended_at,
        sum(events) as events, sum(page_views) as page_views, sum(product_views) as product_views, sum(searches) as searches,
        sum(carts) as carts, sum(checkouts) as checkouts, sum(purchases) as purchases, min(first_view_at) as first_view_at,
        max(last_checkout_at) as last_checkout_at, max(last_purchase_at) as last_purchase_at
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

-- in order: the first time that the cart was filled, and filled after a product was seen
create temp table carts as
select
    s.session_id, min(event_timestamp) as cart_at, min(event_timestamp) filter (event_timestamp >= first_view_at) as ordered_cart_at
from raw.events e
join marts.fct_sessions s
    on e.visitor_id = s.visitor_id and e.event_timestamp between s.session_started_at and s.session_ended_at
where event_type = 'add_to_cart' group by all;

create temp table session_steps as
select
    s.*, cart_at, ordered_cart_at, greatest(last_checkout_at, last_purchase_at) as last_paid_at,
    ordered_cart_at is not null as carted_in_order, coalesce(last_paid_at >= ordered_cart_at, false) as checked_out_in_order,
    coalesce(last_purchase_at >= ordered_cart_at, false) as bought_in_order
from marts.fct_sessions s left join carts using (session_id);

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
    bool_or(event_type = 'purchase') as bought, count(*) as interactions,
    min(event_timestamp) filter (event_type = 'product_view') as view_at,
    list(event_timestamp) filter (event_type = 'add_to_cart') as carts_at,
    max(event_timestamp) filter (event_type = 'purchase') as purchase_at
from raw.events e
join half_hours h
    on e.visitor_id = h.visitor_id and e.event_date = h.event_date
    and epoch_us(e.event_timestamp) // 1800000000 = h.half_hour
where product_id is not null group by all;

create table marts.dim_products as
select distinct on (product_id) * from raw.products order by product_id, updated_at desc;

create table marts.fct_funnel as
with categories as (
    select
        split_part(p.category, '.', 1) as category, visitor_id, session_started_at, bool_or(viewed) as viewed, bool_or(carted) as carted, bool_or(bought) as bought,
        min(view_at) as view_at, max(purchase_at) as purchase_at,
        list_min(list_filter(flatten(list(carts_at)), cart -> cart >= min(view_at))) as cart_at
    from product_interactions left join marts.dim_products p using (product_id) group by all
),
steps as (
    select '(all)' as category, session_date, channel, device_type,
        product_views > 0 as viewed, carts > 0 as carted, checkouts > 0 or purchases > 0 as checked_out, purchases > 0 as bought,
        carted_in_order, checked_out_in_order, bought_in_order
    from session_steps
    union all
    select
        c.category, session_date, channel, device_type, viewed, carted, checkouts > 0 or bought, bought,
        c.cart_at is not null, coalesce(greatest(last_checkout_at, purchase_at) >= c.cart_at, false),
        coalesce(purchase_at >= c.cart_at, false)
    from categories c join session_steps using (visitor_id, session_started_at)
)
select
    session_date, channel, device_type, category, count(*) as sessions,
    count(*) filter (viewed) as view_sessions,
    count(*) filter (viewed and carted) as cart_sessions,
    count(*) filter (viewed and carted and checked_out) as checkout_sessions,
    count(*) filter (viewed and carted and checked_out and bought) as purchase_sessions,
    count(*) filter (carted_in_order) as ordered_cart_sessions,
    count(*) filter (checked_out_in_order) as ordered_checkout_sessions,
    count(*) filter (bought_in_order) as ordered_purchase_sessions
from steps group by all;

-- how far visitors came in any period: on each day, who can be counted from which first day on now, less who could before
create table marts.fct_visitor_funnel as
with stepped as (
    select *, bool_or(carts > 0) over (partition by visitor_id) as used_cart from session_steps
    where product_views > 0 or carts > 0 or checkouts > 0 or purchases > 0
),
seen as (
    select
        session_date as day, device_type, channel, country, lag(day) over (partition by visitor_id order by day) as before,
        lag(day) over (partition by visitor_id, device_type order by day) as before_by_device,
        lag(day) over (partition by visitor_id, channel order by day) as before_by_channel,
        lag(day) over (partition by visitor_id, country order by day) as before_by_country
    from stepped where product_views > 0
),
views as (
    select day, 'all' as slice, null as slice_value, before, count(*) as visitors from seen group by all
    union all select day, 'device', device_type, before_by_device, count(*) from seen group by all
    union all select day, 'channel', channel, before_by_channel, count(*) from seen group by all
    union all select day, 'country', country, before_by_country, count(*) from seen group by all
),
slices as (
    select 'all' as slice, null as slice_value, * from stepped where used_cart
    union all select 'device', device_type, * from stepped where used_cart
    union all select 'channel', channel, * from stepped where used_cart
    union all select 'country', country, * from stepped where used_cart
),
viewed as (
    select
        slice, slice_value, visitor_id, session_date, session_started_at, cart_at, last_paid_at, last_purchase_at, carted_in_order,
        checked_out_in_order, bought_in_order, if(product_views > 0, session_date, null) as view_date,
        max(view_date) over (
            partition by slice, slice_value, visitor_id order by session_started_at rows between unbounded preceding and 1 preceding
        ) as viewed_before
    from slices
),
carted as (
    select
        *, case when carted_in_order then session_date when cart_at is not null then viewed_before end as cart_since,
        max(cart_since) over (
            partition by slice, slice_value, visitor_id order by session_started_at rows between unbounded preceding and 1 preceding
        ) as carted_before
    from viewed
),
days as (
    select
        slice, slice_value, visitor_id, session_date as day, max(view_date) as viewed, max(if(cart_at is not null, session_date, null)) as carted,
        max(if(last_paid_at is not null, session_date, null)) as checked_out, max(if(last_purchase_at is not null, session_date, null)) as bought,
        max(cart_since) as ordered_cart,
        max(case
            when checked_out_in_order then session_date when last_paid_at >= cart_at then viewed_before when last_paid_at is not null then carted_before
        end) as ordered_checkout,
        max(case
            when bought_in_order then session_date when last_purchase_at >= cart_at then viewed_before
            when last_purchase_at is not null then carted_before
        end) as ordered_purchase
    from carted group by all
),
latest as (
    select
        slice, slice_value, visitor_id, day,
        max(columns(['viewed', 'carted', 'checked_out', 'bought', 'ordered_cart', 'ordered_checkout', 'ordered_purchase'])) over so_far
    from days window so_far as (partition by slice, slice_value, visitor_id order by day)
),
told as (
    select
        slice, slice_value, visitor_id, day,
        case when viewed <= carted then viewed when carted < viewed then carted end as cart_since,
        case when cart_since <= checked_out then cart_since when checked_out < cart_since then checked_out end as checkout_since,
        case when cart_since <= bought then cart_since when bought < cart_since then bought end as purchase_since,
        [cart_since, checkout_since, purchase_since, ordered_cart, ordered_checkout, ordered_purchase] as since
    from latest
),
followed as (
    select *, lag(since) over (partition by slice, slice_value, visitor_id order by day) as since_before from told
),
steps as (
    select
        day, slice, slice_value, unnest(since) as since, unnest(coalesce(since_before, list_transform(since, date -> null))) as before,
        unnest(['cart', 'checkout', 'purchase', 'ordered_cart', 'ordered_checkout', 'ordered_purchase']) as step
    from followed
),
moves as (
    select day, slice, slice_value, step, since, count(*) as visitors from steps group by all
    union all select day, slice, slice_value, step, before, -count(*) from steps group by all
    union all select day, slice, slice_value, 'view', day, visitors from views
    union all select day, slice, slice_value, 'view', before, -visitors from views
)
select
    day, slice, slice_value, since, sum(visitors) filter (step = 'view') as view_visitors,
    sum(visitors) filter (step = 'cart') as cart_visitors, sum(visitors) filter (step = 'checkout') as checkout_visitors,
    sum(visitors) filter (step = 'purchase') as purchase_visitors, sum(visitors) filter (step = 'ordered_cart') as ordered_cart_visitors,
    sum(visitors) filter (step = 'ordered_checkout') as ordered_checkout_visitors,
    sum(visitors) filter (step = 'ordered_purchase') as ordered_purchase_visitors
from moves where since > day - 90 group by all;

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

create table marts.dim_date as
with days as (
    select unnest(generate_series(date_trunc('year', min(event_date)), last_day(date_trunc('year', max(event_date)) + interval 11 month), interval 1 day))::date as day
    from visitor_days
)
select
    day, year(day) as year, quarter(day) as quarter, month(day) as month, monthname(day) as month_name, isodow(day) as weekday,
    dayname(day) as weekday_name, isoyear(day) as iso_year, week(day) as iso_week, date_trunc('week', day) as week_start
from days;

-- who was active on a day, by the day they were last active on before: of all, and within a device, a channel, a country
create table marts.fct_active_visitors as
with session_days as (
    select visitor_id, device_type, channel, country, unnest(generate_series(session_date, last_date, interval 1 day))::date as day
    from marts.fct_sessions
),
spans as (
    select 'all' as slice, null as slice_value, visitor_id, event_date as day from visitor_days
    union all select distinct 'device', device_type, visitor_id, day from session_days
    union all select distinct 'channel', channel, visitor_id, day from session_days
    union all select distinct 'country', country, visitor_id, day from session_days
),
followed as (
    select *, lag(day) over (partition by slice, slice_value, visitor_id order by day) as last_day from spans
)
select
    day, slice, slice_value, case when day - last_day <= case slice when 'all' then 366 else 90 end then last_day end as last_active,
    count(*) as visitors
from followed group by all;

create table marts.fct_hourly_sessions as
select
    session_date, hour(session_started_at) as hour, channel, device_type, country, count(*) as sessions,
    count(*) filter (purchases > 0) as converted_sessions
from marts.fct_sessions group by all;

create table marts.fct_session_lengths as
with measured as (
    select *, epoch_us(session_ended_at - session_started_at) // 1000000 as seconds from marts.fct_sessions
)
select
    session_date, channel, device_type, country,
    list_last(list_filter([0, 1, 10, 30, 60, 180, 600, 1800, 3600], bound -> bound <= seconds)) as at_least_seconds,
    list_last(list_filter([1, 2, 3, 5, 10, 20, 50], bound -> bound <= events)) as at_least_events,
    count(*) as sessions, count(*) filter (purchases > 0) as converted_sessions, count(*) filter (events = 1) as bounces,
    sum(seconds) as seconds, sum(events) as events
from measured group by all;

create table marts.fct_product_days as
select
    session_date, product_id, count(*) as sessions, count(*) filter (viewed) as view_sessions,
    count(*) filter (viewed and carted) as cart_sessions, count(*) filter (viewed and carted and bought) as purchase_sessions
from product_interactions join marts.fct_sessions using (visitor_id, session_started_at) group by all;

create table marts.fct_price_changes as
with versions as (
    select *, lag(unit_price) over by_time as previous_price, lag(currency) over by_time as previous_currency
    from raw.products
    window by_time as (partition by product_id order by updated_at)
    qualify row_number() over by_time > 1
)
select product_id, updated_at, previous_price, previous_currency, unit_price, currency
from versions
where unit_price is distinct from previous_price or currency is distinct from previous_currency;

-- customers by day: what each was worth so far, and the segment of recency, frequency and value
create temp table owners as
select coalesce(order_id, event_id) as order_id, min(visitor_id) as visitor_id, min(event_date) as order_date
from order_lines where event_type = 'purchase' group by all;

create temp table customer_values as
with daily as (
    select o.visitor_id, currency, event_date as day, sum(gross - discount - refund) as net
    from order_lines l join owners o on coalesce(l.order_id, l.event_id) = o.order_id group by all
)
select
    *, sum(net) over by_day as so_far, coalesce(sum(net) over (by_day rows between unbounded preceding and 1 preceding), 0) as before,
    row_number() over by_day = 1 as is_first
from daily
window by_day as (partition by visitor_id, currency order by day);

create table marts.fct_customer_values as
with moves as (
    select day, currency, so_far as worth, 1 as customers, so_far as net from customer_values
    union all select day, currency, before, -1, -before from customer_values where not is_first
),
ranges as (
    select
        day, currency, customers, net,
        list_last(list_filter(
            [0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000],
            bound -> bound <= worth
        )) as at_least
    from moves
),
changes as (
    select day, currency, at_least, sum(customers) as more_customers, sum(net) as more_net
    from (
        from ranges union all by name
        select day, currency, at_least, 0 as customers, 0 as net
        from (select distinct currency, at_least from ranges) cross join (select day from marts.fct_daily_engagement)
    ) group by all
)
select day, currency, at_least, sum(more_customers) over so_far as customers, sum(more_net) over so_far as net
from changes
window so_far as (partition by currency, at_least order by day)
qualify customers > 0;

create table marts.fct_customer_segments as
with changes as (
    select visitor_id, order_date as day, 1 as orders, 0 as valuable from owners
    union all select visitor_id, order_date + age, 0, 0 from owners cross join (values (31), (91), (181)) as ages (age)
    union all select visitor_id, day, 0, (so_far >= 500)::int - (before >= 500)::int from customer_values
),
days as (
    select visitor_id, day, sum(orders) as orders, sum(valuable) as valuable from changes group by all
),
states as (
    select
        visitor_id, day, sum(orders) over so_far as orders, sum(valuable) over so_far > 0 as is_valuable,
        day - max(case when orders > 0 then day end) over so_far as age
    from days
    window so_far as (partition by visitor_id order by day)
),
named as (
    select
        visitor_id, day,
        case
            when orders = 0 then null
            when age >= 181 then 'lost'
            when age >= 91 then if(is_valuable, 'at_risk', 'slipping')
            when orders = 1 then if(age < 31, 'new', 'once')
            else if(is_valuable, 'best', 'regular')
        end as segment
    from states
),
moves as (
    select day, previous_segment, segment, count(*) as customers
    from (
        select day, segment, lag(segment) over (partition by visitor_id order by day) as previous_segment from named
        qualify segment is distinct from previous_segment
    ) semi join marts.fct_daily_engagement using (day) group by all
),
won as (
    select day, segment, sum(came) as came, sum(won) as won
    from (
        select day, segment, customers as came, customers as won from moves
        union all select day, previous_segment, 0, -customers from moves where previous_segment is not null
        union all select day, segment, 0, 0 from (select distinct segment from moves) cross join (select day from marts.fct_daily_engagement)
    ) group by all
),
stays as (
    select day, segment, sum(won) over (partition by segment order by day) - came as customers from won
)
from moves union all by name select day, segment as previous_segment, segment, customers from stays where customers > 0;
