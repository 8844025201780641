"""What visitors can do. To add a type, add one line to EVENT_TYPES (docs/how_to/add_an_event_type.md)."""

from typing import NamedTuple


class EventType(NamedTuple):
    """One kind of event: its name, what it means, and the fields that it cannot do without."""

    name: str
    meaning: str
    needs: tuple[str, ...] = ()


_SALE = ("product_id", "quantity", "unit_price")

EVENT_TYPES: dict[str, EventType] = {
    event_type.name: event_type
    for event_type in (
        EventType("page_view", "a page of the shop was shown"),
        EventType("product_view", "the page of a product was shown", ("product_id",)),
        EventType("search", "the shop's search was used"),
        EventType("add_to_cart", "a product was put into the cart", ("product_id",)),
        EventType("remove_from_cart", "a product was taken out of the cart", ("product_id",)),
        EventType("begin_checkout", "the visitor went from the cart to the checkout"),
        EventType("purchase", "one line of an order was bought: one product, in some quantity", _SALE),
        EventType("refund", "one line of an order was paid back, in full or in part", _SALE),
    )
}
