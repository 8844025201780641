"""How far sessions go: each step needs the ones before, in whatever order they were done."""

from datetime import date

AT = "2025-11-01 10:00:00"
DAY = date(2025, 11, 1)
STEPS = ("view_sessions", "cart_sessions", "checkout_sessions", "purchase_sessions")
PRODUCTS = [
    {"product_id": "pot", "updated_at": "2025-10-01", "category": "home.kitchen"},
    {"product_id": "hose", "updated_at": "2025-10-01", "category": "garden"},
]


def visit(visitor, *steps, **more):
    """One session: `steps` are event types, with a product where one is named after a colon."""
    events = []
    for step in steps:
        event_type, _, product = step.partition(":")
        sale = {"quantity": 1, "unit_price": "5"} if event_type == "purchase" else {}
        event = {"event_type": event_type, "product_id": product or None, "anonymous_id": visitor}
        events.append({**event, "event_timestamp": AT, **sale, **more})
    return events


def test_a_step_counts_only_with_the_steps_before_it(warehouse):
    world = warehouse(
        events=[
            *visit("all", "purchase:pot", "begin_checkout", "add_to_cart:pot", "product_view:pot"),
            *visit("no_checkout_event", "product_view:pot", "add_to_cart:pot", "purchase:pot"),
            *visit("left_the_cart", "product_view:pot", "add_to_cart:pot"),
            *visit("never_saw_it", "add_to_cart:pot", "begin_checkout", "purchase:pot"),
            *visit("read_only", "page_view", "search"),
        ],
        products=PRODUCTS,
    )
    assert world.rows("fct_funnel", "category", "sessions", *STEPS) == [
        ("home", 4, 3, 3, 2, 2),
        (None, 5, 3, 3, 2, 2),
    ]
    assert world.failures("a_funnel_never_widens") == []
    assert world.failures("every_session_is_in_the_funnel_once") == []


def test_categories_overlap_and_each_goes_as_far_as_its_own_products(warehouse):
    steps = ["product_view:pot", "add_to_cart:pot", "product_view:hose", "product_view:what", "begin_checkout"]
    world = warehouse(events=visit("ann", *steps, "purchase:pot"), products=PRODUCTS)
    assert world.rows("fct_funnel", "category", "sessions", *STEPS) == [
        ("(none)", 1, 1, 0, 0, 0),
        ("garden", 1, 1, 0, 0, 0),
        ("home", 1, 1, 1, 1, 1),
        (None, 1, 1, 1, 1, 1),
    ]


def test_a_format_that_names_no_page_and_no_device_still_has_a_funnel(warehouse):
    world = warehouse(events=visit("ann", "product_view:pot", "purchase:pot"))
    assert world.rows("fct_funnel", "session_date", "channel", "device_type", "category", *STEPS) == [
        (DAY, "unknown", None, "(none)", 1, 0, 0, 0),
        (DAY, "unknown", None, None, 1, 0, 0, 0),
    ]


def test_the_funnel_is_told_by_day_channel_and_device(warehouse):
    page = {"page_url": "https://shop.example/", "device_type": "mobile"}
    world = warehouse(
        events=[
            *visit("ann", "product_view:pot", **page, utm_medium="email"),
            *visit("bob", "product_view:pot", **page),
            *visit("bob", "product_view:pot", **page | {"event_timestamp": "2025-11-02 10:00:00"}),
        ]
    )
    rows = world.rows("fct_funnel", "session_date", "channel", "device_type", "category", "sessions")
    assert [row for row in rows if row[3] is None] == [
        (DAY, "direct", "mobile", None, 1),
        (DAY, "email", "mobile", None, 1),
        (date(2025, 11, 2), "direct", "mobile", None, 1),
    ]


def test_a_category_may_be_called_anything_and_is_no_total(warehouse):
    named = {"product_id": "pot", "updated_at": "2025-11-01", "category": "(all)"}
    world = warehouse(events=visit("ann", "product_view:pot"), products=[named])
    assert world.rows("fct_funnel", "category", "is_total", "sessions") == [("(all)", False, 1), (None, True, 1)]
    assert world.failures("every_session_is_in_the_funnel_once") == []


def test_in_order_a_step_counts_from_the_first_time_after_the_step_before(warehouse):
    def after(minute, step):
        return visit("ann", step, event_timestamp=f"2025-11-01 10:{minute:02}:00")

    steps = ["add_to_cart:pot", "product_view:pot", "purchase:pot", "add_to_cart:hose", "product_view:hose"]
    steps += ["begin_checkout", "add_to_cart:hose"]
    world = warehouse(events=[row for at, step in enumerate(steps) for row in after(at, step)], products=PRODUCTS)
    ordered = ("ordered_cart_sessions", "ordered_checkout_sessions", "ordered_purchase_sessions")
    assert world.rows("fct_funnel", "category", *STEPS, *ordered) == [
        ("garden", 1, 1, 1, 0, 1, 0, 0),
        ("home", 1, 1, 1, 1, 0, 0, 0),
        (None, 1, 1, 1, 1, 1, 1, 0),
    ]
    told = world.rows("fct_sessions", "has_purchase", "has_ordered_checkout", "has_ordered_purchase")
    assert told == [(True, True, False)]
    assert world.failures("a_funnel_never_widens") == []


def test_a_widening_funnel_is_found(warehouse):
    world = warehouse(events=visit("ann", "product_view:pot"))
    world.build("fct_funnel")
    world.build("fct_daily_engagement")
    world.con.execute("update marts.fct_funnel set cart_sessions = 2 where is_total")
    world.con.execute("update marts.fct_funnel set ordered_cart_sessions = 1 where not is_total")
    world.con.execute("update marts.fct_daily_engagement set purchase_visitors = 1")
    assert world.failures("a_funnel_never_widens") == [
        ("fct_funnel", DAY),
        ("fct_funnel", DAY),
        ("fct_daily_engagement", DAY),
    ]
