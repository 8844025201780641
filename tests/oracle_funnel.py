"""The oracle's funnels, by session and by visitor, in plain Python and from the definitions.

Like `tests/oracle.py` it follows docs/architecture.md and the YAML beside the models, never their SQL.
"""

from collections import Counter
from datetime import date, datetime

from tests.oracle_activity import added_up, sessions_of, slices_of
from tests.oracle_events import Row, Told

# What takes each step: who buys has been at the checkout.
CHAIN = ({"product_view"}, {"add_to_cart"}, {"begin_checkout", "purchase"}, {"purchase"})
STEPS = ("view", "cart", "checkout", "purchase", "ordered_cart", "ordered_checkout", "ordered_purchase")


def steps(types: set[str]) -> tuple[bool, bool, bool, bool]:
    """fct_sessions: seen, and put into the cart, and went to the checkout or bought, and bought; in whatever order."""
    view = "product_view" in types
    cart = view and "add_to_cart" in types
    checkout = cart and bool(types & {"begin_checkout", "purchase"})
    return view, cart, checkout, checkout and "purchase" in types


def ordered_steps(events: list[Row]) -> tuple[bool, bool, bool]:
    """fct_sessions: put into the cart, went to the checkout, bought, each no earlier than the step before."""
    instant: datetime | None = datetime(1, 1, 1)
    taken = []
    for types in CHAIN:
        later = [event["event_timestamp"] for event in events if event["event_type"] in types]
        instant = min((at for at in later if instant is not None and at >= instant), default=None)
        taken.append(instant is not None)
    return taken[1], taken[2], taken[3]


def all_steps(events: list[Row]) -> tuple[bool, ...]:
    """STEPS: the four in whatever order, then the last three one after the other."""
    return *steps({event["event_type"] for event in events}), *ordered_steps(events)


def funnel(events: list[Row], levels: dict[str, str]) -> Told:
    """fct_funnel: day, country, category, sessions, those that reached each step, over all channels and devices.

    A category's part of a session is what was done with its products; a checkout is of whatever was in the cart.
    """
    rows = []
    for own in sessions_of(events):
        checkouts = [event for event in own if event["event_type"] == "begin_checkout"]
        parts: dict[str | None, list[Row]] = {None: own}
        for event in own:
            if event["product_id"] is not None:
                category = levels.get(event["product_id"], "(none)")
                parts.setdefault(category, [*checkouts]).append(event)
        day, country = own[0]["event_date"], own[0]["country"]
        rows += [((day, country, category), (1, *all_steps(part))) for category, part in parts.items()]
    return added_up(rows)


def visitors_of_period(events: list[Row], first: date, last: date) -> Counter[tuple[str, str | None, str]]:
    """Distinct visitors who took each step in sessions that began on one of the days, by slice, value and step."""
    done: dict[tuple[str, str | None, str], list[Row]] = {}
    for own in sessions_of(events):
        if first <= own[0]["event_date"] <= last:
            for slice, value in slices_of(own).items():
                done.setdefault((slice, value, own[0]["visitor_id"]), []).extend(own)
    return Counter(
        (slice, value, step)
        for (slice, value, _), of_visitor in done.items()
        for step, is_taken in zip(STEPS, all_steps(of_visitor), strict=True)
        if is_taken
    )
