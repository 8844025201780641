"""The oracle's money: lines of orders, orders, revenue and conversions, in plain Python and from the definitions.

Like `tests/oracle.py` it follows docs/architecture.md and the YAML beside the models, never their SQL.
"""

from decimal import Decimal

from tests.oracle_events import Row, Told, grouped


def order_lines(events: list[Row]) -> list[Row]:
    """int_order_lines: each purchase or refund, with its order and its money."""
    lines = [event for event in events if event["event_type"] in ("purchase", "refund")]
    return [line | order_of(line) | {"amounts": amounts(line)} for line in lines]


def order_of(line: Row) -> Row:
    """int_orders: `o:` and the order's id, or `e:`, the day and the event's id where the source has no order id."""
    if line["order_id"] is None:
        return {"order_key": f"e:{line['event_date']}:{line['event_id']}", "order_id": line["event_id"]}
    return {"order_key": f"o:{line['order_id']}"}


def amounts(line: Row) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """int_order_lines: gross, discount, refund and net; a refund is its price less its discount, and nothing else."""
    zero = Decimal(0)
    price, discount = line["quantity"] * line["unit_price"], line["discount_amount"] or zero
    if line["event_type"] == "refund":
        return zero, zero, price - discount, discount - price
    return price, discount, zero, price - discount


def total(own: list[Row]) -> list[Decimal]:
    """Gross, discount, refund and net of lines that are all of one currency."""
    return [sum(column, Decimal(0)) for column in zip(*(line["amounts"] for line in own), strict=True)]


def bought(lines: list[Row]) -> list[Row]:
    """The lines that were bought and not paid back."""
    return [line for line in lines if line["event_type"] == "purchase"]


def revenue(lines: list[Row]) -> Told:
    """fct_revenue: day, product, currency and the money, over all channels, devices and countries."""
    return [(*key, *total(own)) for key, own in grouped(lines, "event_date", "product_id", "currency").items()]


def placed_orders(lines: list[Row]) -> dict[str, Row]:
    """int_orders: each order's first purchase line (of one instant, the least event_id; only a test says so), with its
    number among the visitor's orders, by time, then by key. A refund alone makes no order."""
    orders = [own[0] for own in grouped(bought(lines), "order_key").values()]
    orders.sort(key=lambda order: (order["event_timestamp"], order["order_key"]))
    for own in grouped(orders, "visitor_id").values():
        for number, order in enumerate(own, 1):
            order["order_number"] = number
    return {order["order_key"]: order for order in orders}


def orders_by_currency(lines: list[Row], placed: dict[str, Row]) -> Told:
    """fct_orders: key, currency, id, visitor, number, day, instant, money. Refunds count whenever they came."""
    rows = []
    for (key, currency), own in grouped(lines, "order_key", "currency").items():
        if order := placed.get(key):
            names = ("order_id", "visitor_id", "order_number", "event_date", "event_timestamp")
            rows.append((key, currency, *(order[name] for name in names), *total(own)))
    return rows


def conversions(lines: list[Row]) -> Told:
    """fct_conversions: visitor, start of the session, when its first line was bought, its orders, its units."""
    rows = []
    for key, own in grouped(bought(lines), "visitor_id", "session_started_at").items():
        units = sum(line["quantity"] for line in own)
        rows.append((*key, own[0]["event_timestamp"], len(grouped(own, "order_key")), units))
    return rows
