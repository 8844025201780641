"""What one row of a drawn world may say: few values of each column, so that rows meet, and none that is refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from flows.records import EVENT_TYPES, Event, Product, User

Row = dict[str, Any]
MINUTE, BLINK, DAY = timedelta(minutes=1), timedelta(microseconds=1), timedelta(days=1)
HALF_HOUR, HOUR = 30 * MINUTE, 60 * MINUTE
SPAN_DAYS = 40

PRICES = st.sampled_from(["0", "0.0001", "9.99", "10", "33.3333", "1000000"]).map(Decimal)
PRODUCTS, ORDERS = ["pot", "hose", "lamp", "of no version"], ["o1", "o2", "o10"]
WORDS, CURRENCIES, COUNTRIES = [None, "a", "b"], [None, "EUR", "USD"], [None, "DE", "FR"]

# Who it is: an anonymous id that reads like a user's, a browser of two people, a user without a browser.
WHO = st.sampled_from(
    [("ann", None), ("ann", "7"), ("7", None), ("bob", "7"), ("bob", "u2"), (None, "u2"), (None, "u3")]
).map(lambda ids: {"anonymous_id": ids[0], "user_id": ids[1]})


def choices(**columns: list[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each column: one of its values."""
    return {name: st.sampled_from(values) for name, values in columns.items()}


ACTS = st.fixed_dictionaries(
    choices(
        event_type=[*EVENT_TYPES, "product_view", "add_to_cart", "purchase", "purchase", "refund"],
        product_id=[None, *PRODUCTS],
        quantity=[None, 1, 2, 3],
        discount_amount=[None, Decimal(0), Decimal("0.0001"), Decimal("2.5"), Decimal(1_000_000)],
        currency=CURRENCIES,
        order_id=[None, *ORDERS],
        received_at=[None, timedelta(0), BLINK, MINUTE, DAY],
        page_url=[None, "https://shop.example/p?q=1"],
        utm_medium=[None, "email", "cpc"],
        device_type=[None, "mobile", "desktop"],
        country=COUNTRIES,
    )
    | {"unit_price": PRICES}
)
# What only copies of an event differ in.
ASIDES = st.fixed_dictionaries(
    choices(
        event_id=["a", "e1", "z"],
        source_session_id=WORDS,
        referrer_url=WORDS,
        utm_source=WORDS,
        utm_campaign=WORDS,
        user_agent=WORDS,
        properties=[None, "{}", '{"a": 1}'],
    )
)


def moments(first_day: date, zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    """An instant in UTC on one of some days of the shop, often near its midnight."""
    days = st.sampled_from([0, 1, 2, 6, 7, 29, 30, 90, 91]) | st.integers(0, SPAN_DAYS)
    times = st.one_of(
        st.sampled_from([timedelta(0), -BLINK, BLINK, -MINUTE, 10 * MINUTE, -HALF_HOUR, HALF_HOUR, DAY]),
        st.integers(0, 47).map(lambda count: count * HALF_HOUR),
        st.timedeltas(timedelta(0), DAY - BLINK),
    )

    def midnight(after_days: int) -> datetime:
        day = datetime.combine(first_day + DAY * after_days, datetime.min.time(), zone)
        return day.astimezone(UTC).replace(tzinfo=None)

    return st.builds(lambda after_days, time: midnight(after_days) + time, days, times)


def accepted(said: Row, zone: ZoneInfo) -> Row:
    """An event's row with every column, with all that its type cannot do without, and on the shop's day."""
    row = dict.fromkeys(Event.model_fields) | said
    for needed in EVENT_TYPES[row["event_type"]].needs:
        row[needed] = row[needed] or {"product_id": "pot", "quantity": 1, "unit_price": Decimal(0)}[needed]
    if row["anonymous_id"] is None and row["user_id"] is None:
        row["anonymous_id"] = "ann"
    if row["discount_amount"] is not None:
        row["discount_amount"] = min(row["discount_amount"], row["unit_price"] * (row["quantity"] or 1))
    if isinstance(row["received_at"], timedelta):
        row["received_at"] = row["event_timestamp"] + row["received_at"]
    row["event_date"] = row["event_timestamp"].replace(tzinfo=UTC).astimezone(zone).date()
    return row


@st.composite
def versions(
    draw: st.DrawFn, record: type[User | Product], ids: list[str], instants: list[datetime], said: Any
) -> list[Row]:
    """Versions of users or products: some of one instant, some that say the same as the one before."""
    attributes = draw(st.lists(st.fixed_dictionaries(said), min_size=2, max_size=4))
    key = choices(**dict(zip(record.key, (ids, instants), strict=True)))
    told = st.lists(
        st.tuples(st.fixed_dictionaries(key), st.sampled_from(attributes)), min_size=draw(st.sampled_from([0, 2, 4]))
    )
    return [dict.fromkeys(record.model_fields) | said | at for at, said in draw(told)]
