"""The CSV that the REES46 marketing platform publishes: one event a line, nine columns."""

from __future__ import annotations

from flows.records import Product, Record, columns
from flows.sources.csv import positions_of, relation
from flows.sources.given import Given, Told, with_extras
from flows.sources.textfile import TextFile

COLUMNS = (
    *("event_time", "event_type", "product_id", "category_id", "category_code"),
    *("brand", "price", "user_id", "user_session"),
)
LACKS = {
    "event_id": "made from the row's content, so that exact copies are one event",
    "order_id": "each purchase is an order of its own",
    "quantity": "1 where a product is put into or taken out of the cart or bought",
    "currency": "null: amounts are summed as a group of their own",
    "discount_amount": "null: discounts are 0",
    "anonymous_id": "null: every visitor is a user",
    "received_at": "null: lateness is not known",
    "page_url": "null, as are referrer, campaign, device and country: the channel is `unknown`",
    "begin_checkout": "no such event: a purchase stands for its checkout",
    "users": "null: no file tells of them, they are known by their events",
    "products": "made from the accepted events, one version per product, category, brand, price and day",
}
TYPES = {"view": "product_view", "cart": "add_to_cart"}
UNITS = ["cart", "remove_from_cart", "purchase"]


def given(file: TextFile, record: type[Record]) -> Given:
    """The rows of one file as events. Columns beyond the nine are folded into `properties`."""
    at = positions_of(file.columns)
    unknown = {column: position for column, position in at.items() if column not in COLUMNS}
    content = [at[column] for column in COLUMNS] + (["extras"] if unknown else [])
    row = ", ".join(f"coalesce({column}, '')" for column in content)
    types = " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in TYPES.items())
    kinds = {column.name: column.kind for column in columns(Product)}
    return Given(
        relation=with_extras(relation(file), unknown) if unknown else relation(file),
        fields={
            "event_id": Told(f"md5(concat_ws(chr(31), {row}))"),
            "event_type": Told(f"case {at['event_type']} {types} else {at['event_type']} end"),
            "event_timestamp": Told(at["event_time"]),
            "user_id": Told(at["user_id"]),
            "source_session_id": Told(at["user_session"]),
            "product_id": Told(at["product_id"]),
            "quantity": Told(f"case when list_contains({UNITS}, {at['event_type']}) then '1' end"),
            "unit_price": Told(at["price"]),
        },
        extras="extras" if unknown else "",
        carried={
            "category": kinds["category"].sql(at["category_code"]),
            "brand": kinds["brand"].sql(at["brand"]),
        },
    )


# Over the accepted events, `source_file` among their columns. A function of the set of rows: however the events are
# split over batches, together they give the same versions.
PRODUCTS = """
select product_id, cast(event_date as timestamp) as updated_at, null::varchar as product_name, category, brand,
  unit_price, null::varchar as currency, null::boolean as is_active, min(source_file) as source_file
from {events}
where product_id is not null
group by all"""
