"""The shop is one that an analyst would believe: claims over the default month with 20,000 events."""

from datetime import date

import pytest

from flows.records import EVENT_TYPES


def test_exactly_as_many_events_as_asked_for_within_the_month(ask):
    count, ids, first, last = ask(
        "select count(*), count(distinct event_id), min(event_timestamp), max(event_timestamp) from events"
    )[0]
    assert (count, ids) == (20_000, 20_000)
    assert str(first) < "2025-11-02"
    assert "2025-11-30 20:00" < str(last) < "2025-12-01 00:05"


def test_every_event_type_occurs(ask):
    assert {name for (name,) in ask("select distinct event_type from events")} == set(EVENT_TYPES)


def test_events_are_received_within_minutes(ask):
    soonest, middle, latest = ask(
        "select min(s), median(s), max(s) from (select epoch(received_at - event_timestamp) as s from events)"
    )[0]
    assert soonest > 0
    assert middle < 5
    assert latest < 600


def test_evenings_are_busy_and_nights_are_quiet(ask):
    by_hour = dict(ask("select hour(event_timestamp), count(*) from events group by 1"))
    assert by_hour[19] > 1.3 * by_hour[10] > 2 * by_hour[2]


def test_black_friday_week_is_above_the_weeks_before(ask):
    by_day = dict(ask("select started_at::date, count(*) from sessions group by 1"))
    week = [by_day[date(2025, 11, day)] for day in range(24, 31)]
    before = [by_day[date(2025, 11, day)] for day in range(3, 24)]
    assert sum(week) / 7 > 1.15 * sum(before) / 21
    assert by_day[date(2025, 11, 28)] > 1.3 * by_day[date(2025, 11, 21)]


def test_sales_take_something_off_and_other_days_hardly_do(ask):
    share = (
        "select avg((discount_amount is not null)::int) from events where event_type = 'purchase' and event_timestamp"
    )
    assert ask(f"{share} >= '2025-11-24'")[0][0] > 2 * ask(f"{share} < '2025-11-24'")[0][0]


def test_conversion_and_cart_rates_are_those_of_a_shop(ask):
    cart, buys = ask("select avg(has_cart::int), avg(buys::int) from sessions")[0]
    assert 0.08 <= cart <= 0.12
    assert 0.02 <= buys <= 0.04


def test_desktop_converts_better_than_mobile_and_robots_never(ask):
    rate = dict(ask("select device, avg(buys::int) from sessions group by 1"))
    assert rate["desktop"] > 1.3 * rate["mobile"] > 0
    assert rate["bot"] == 0


def test_a_tenth_of_the_products_gets_most_of_the_views(ask):
    share = ask(
        """select sum(n) filter (t = 1) / sum(n) from (
            select count(*) as n, ntile(10) over (order by count(*) desc) as t
            from events where event_type = 'product_view' group by product_id)"""
    )[0][0]
    assert 0.4 < share < 0.7


def test_some_visitors_come_often_and_most_come_once(ask):
    once, often = ask("select avg((n = 1)::int), max(n) from (select count(*) as n from sessions group by visitor_id)")[
        0
    ]
    assert 0.5 < once < 0.9
    assert often >= 10


def test_some_visitors_sign_in_within_a_visit_and_keep_their_anonymous_id(ask):
    visits, ids = ask(
        """select count(*), max(ids) from (
            select count(distinct anonymous_id) as ids from events where source_session_id is not null
            group by source_session_id
            having bool_or(user_id is null) and arg_max(user_id, (event_timestamp, event_id)) is not null)"""
    )[0]
    assert visits > 50
    assert ids == 1


def test_once_signed_in_a_visit_stays_signed_in(ask):
    assert ask(
        """select count(*) from (
            select user_id is not null as is_known, lag(user_id is not null) over visit as was_known from events
            where source_session_id is not null
            window visit as (partition by source_session_id order by event_timestamp, is_known))
        where was_known and not is_known"""
    ) == [(0,)]


def test_sessions_cross_midnight_and_have_pauses(ask):
    crossing = ask("select count(*) from sessions where started_at::date < ended_at::date and device <> 'bot'")[0][0]
    broken = ask(
        """select count(*) from (
            select event_timestamp - lag(event_timestamp) over visit as gap from events
            where source_session_id is not null
            window visit as (partition by source_session_id order by event_timestamp))
        where gap > interval 30 minute"""
    )[0][0]
    assert crossing > 0
    assert broken > 5


def test_every_purchase_follows_a_checkout_of_the_same_visit(ask):
    bought, prepared = ask(
        """select count(*), count(*) filter (exists (
            from events as c where c.event_type = 'begin_checkout' and c.source_session_id = p.source_session_id
            and c.event_timestamp < p.event_timestamp))
        from events as p where p.event_type = 'purchase'"""
    )[0]
    assert bought == prepared > 100


def test_orders_have_several_lines_and_one_visitor_and_moment(ask):
    lines, visits, moments = ask(
        """select max(lines), max(visits), max(moments) from (
            select count(*) as lines, count(distinct source_session_id) as visits,
                count(distinct event_timestamp) as moments
            from events where event_type = 'purchase' group by order_id)"""
    )[0]
    assert lines >= 3
    assert (visits, moments) == (1, 1)


def test_refunds_follow_their_purchases_by_days_and_never_exceed_them(ask):
    refunds, matched = ask(
        """with bought as (
            select order_id, product_id, max(event_timestamp) as at, sum(quantity) as units,
                sum(quantity * unit_price - coalesce(discount_amount, 0)) as paid
            from events where event_type = 'purchase' group by all),
        back as (
            select order_id, product_id, min(event_timestamp) as at, sum(quantity) as units,
                sum(quantity * unit_price - coalesce(discount_amount, 0)) as paid
            from events where event_type = 'refund' group by all)
        select count(*), count(*) filter (
            back.units <= bought.units and back.paid <= bought.paid and back.at > bought.at + interval 1 day)
        from back left join bought using (order_id, product_id)"""
    )[0]
    assert refunds == matched > 3


def test_carts_are_left_behind_and_some_are_taken_up_again(ask):
    left = ask("select count(*) from sessions where has_cart and not buys")[0][0]
    reminded = ask("select count(*) from events where utm_campaign = 'cart_reminder'")[0][0]
    assert left > 100
    assert reminded > 0


def test_channels_bring_visits_of_different_worth(ask):
    medium = dict(ask("select utm_medium, count(*) from events where utm_medium is not null group by 1"))
    assert {"cpc", "paid_social", "email", "affiliate", "display"} <= set(medium)
    assert ask(
        "select count(*) from events where utm_campaign = 'black_friday' and event_timestamp < '2025-11-24'"
    ) == [(0,)]


def test_prices_of_events_are_those_of_the_products_at_that_time(ask):
    seen, right = ask(
        """select count(*), count(*) filter (e.unit_price = p.unit_price)
        from events as e asof join products as p on e.product_id = p.product_id and e.event_timestamp >= p.updated_at
        where e.currency = 'EUR' and e.event_type <> 'refund'"""
    )[0]
    # A visit keeps the prices it began with, also over midnight; so a few events tell yesterday's price.
    assert seen > 5_000
    assert right / seen > 0.99


def test_amounts_are_in_the_currency_of_the_country(ask):
    assert ask("select distinct country from events where currency = 'GBP'") == [("GB",)]
    assert ask("select count(*) from events where country = 'GB' and currency = 'EUR'") == [(0,)]


def test_users_and_products_have_versions(ask):
    users, user_versions = ask("select count(distinct user_id), count(*) from users")[0]
    products, product_versions = ask("select count(distinct product_id), count(*) from products")[0]
    assert users < user_versions < 1.5 * users
    assert products < product_versions < 1.6 * products
    assert ask("select count(*) from (from products where not is_active)")[0][0] > 0
    assert ask("select count(distinct category) from products")[0][0] >= 24


@pytest.mark.parametrize("table", ["user", "product"])
def test_whoever_is_named_by_an_event_is_known(ask, table):
    unknown = ask(
        f"""select count(*) from events as e where {table}_id is not null and not exists (
            from {table}s as t
            where t.{table}_id = e.{table}_id and t.updated_at <= e.event_timestamp + interval 1 second)"""
    )
    assert unknown == [(0,)]


def test_users_are_known_no_later_than_their_first_signed_in_event(ask):
    assert ask(
        """select count(*) from events as e join (select user_id, min(created_at) as made from users group by 1) as u
        using (user_id) where e.event_timestamp < u.made"""
    ) == [(0,)]
