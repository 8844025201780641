"""A product of the shop, one version at a time."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from flows.records.event import Currency
from flows.records.kinds import Flag, Instant, Money, Text
from flows.records.record import Record, Rule, not_in_the_future


class Product(Record):
    """One version of a product: what was true from `updated_at` on."""

    table: ClassVar[str] = "products"
    one_row_is: ClassVar[str] = "One version of one product, true from `updated_at` until the next version."
    key: ClassVar[tuple[str, ...]] = ("product_id", "updated_at")
    instant: ClassVar[str] = "updated_at"

    product_id: Annotated[str, Text(128)] = Field(description="The product's id.")
    updated_at: Annotated[datetime, Instant()] = Field(description="Since when this version is true, in UTC.")
    product_name: Annotated[str | None, Text(512)] = Field(None, description="Name on the product's page.")
    category: Annotated[str | None, Text(256)] = Field(
        None, description="Category, levels joined by a point: `home.kitchen.kettle`."
    )
    brand: Annotated[str | None, Text(256)] = Field(None, description="Brand.")
    unit_price: Annotated[Decimal | None, Money()] = Field(None, description="List price of one unit, in `currency`.")
    currency: Annotated[str | None, Currency] = Field(None, description="Currency of the price, ISO 4217.")
    is_active: Annotated[bool | None, Flag()] = Field(None, description="Whether it is on sale.")

    rules: ClassVar[tuple[Rule, ...]] = (not_in_the_future("updated_at"),)
