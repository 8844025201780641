"""Whatever came by which batch, in whatever order, with copies and late rows: the same marts, row for row."""

import random

import pytest

MINUTES = ["00:00", "15:00", "30:00", "59:59"]
MARTS = [
    *("fct_sessions", "fct_funnel", "fct_conversions", "fct_daily_engagement", "fct_orders", "fct_revenue"),
    *("fct_cohort_retention", "fct_cohort_revenue", "dim_users", "dim_products", "dim_date"),
    "fct_price_changes",
]


def life(chance):
    """A few visitors over a week, with ties, copies that differ, sign-ins, campaigns, orders and refunds."""
    events = []
    for place in range(120):
        kind = chance.choice(["page_view", "product_view", "add_to_cart", "begin_checkout", "purchase", "refund"])
        event = {
            "event_id": f"e{place}",
            "event_type": kind,
            "event_timestamp": f"2025-11-0{chance.randint(1, 6)} {chance.randint(0, 23):02}:{chance.choice(MINUTES)}",
            "received_at": chance.choice([None, "2025-11-09 00:00:00"]),
            "anonymous_id": chance.choice("abcd"),
            "user_id": chance.choice([None, None, "1", "2"]),
            "page_url": chance.choice([None, "https://shop.example/", "https://shop.example/p?x=1"]),
            "referrer_url": chance.choice([None, "https://www.google.com/", "https://shop.example/"]),
            "utm_medium": chance.choice([None, None, "email", "cpc"]),
            "device_type": chance.choice([None, "mobile", "desktop"]),
        }
        if kind not in ("page_view", "begin_checkout"):
            event |= {
                "product_id": chance.choice(["pot", "hose"]),
                "quantity": chance.randint(1, 3),
                "unit_price": "9.99",
            }
            event |= {"order_id": chance.choice([None, "o1", "o2"]), "currency": chance.choice(["EUR", "USD", None])}
        events.append(event)
    return events + [{**event, "country": chance.choice(["DE", "FR"])} for event in events[::7]]


VERSIONS = [
    {"product_id": "pot", "updated_at": f"2025-11-0{day}", "category": category, "unit_price": price}
    for day, category, price in ((1, "home", "9"), (3, "garden", "8"), (3, "attic", "7"))
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_changes_no_row_of_any_mart(warehouse, seed):
    chance = random.Random(seed)
    events, products = life(chance), list(VERSIONS)
    worlds = []
    for batches in (1, 5):
        chance.shuffle(events)
        chance.shuffle(products)
        again = events + chance.sample(events, 20)
        worlds.append(
            warehouse(
                events=[{**event, "batch_id": f"b{chance.randrange(batches)}"} for event in again], products=products
            )
        )
    for mart in MARTS:
        assert worlds[0].rows(mart) == worlds[1].rows(mart), mart
