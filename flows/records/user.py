"""A user of the shop, one version at a time."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from flows.records.event import Country
from flows.records.kinds import Flag, Instant, Text
from flows.records.record import Record, Rule, not_in_the_future


class User(Record):
    """One version of a user: what was true from `updated_at` on."""

    table: ClassVar[str] = "users"
    one_row_is: ClassVar[str] = "One version of one user, true from `updated_at` until the next version."
    key: ClassVar[tuple[str, ...]] = ("user_id", "updated_at")
    instant: ClassVar[str] = "updated_at"

    user_id: Annotated[str, Text(128)] = Field(description="The user's id.")
    updated_at: Annotated[datetime, Instant()] = Field(description="Since when this version is true, in UTC.")
    created_at: Annotated[datetime | None, Instant()] = Field(None, description="When the user signed up, in UTC.")
    email: Annotated[str | None, Text(320)] = Field(
        None, description="E-mail address. Personal: never leaves the raw tables."
    )
    full_name: Annotated[str | None, Text(256)] = Field(
        None, description="Name. Personal: never leaves the raw tables."
    )
    street_address: Annotated[str | None, Text(512)] = Field(
        None, description="Street and number. Personal: never leaves the raw tables."
    )
    postal_code: Annotated[str | None, Text(32)] = Field(None, description="Postal code.")
    city: Annotated[str | None, Text(128)] = Field(None, description="City.")
    country: Annotated[str | None, Country] = Field(None, description="Country, ISO 3166-1 alpha-2.")
    is_marketing_opt_in: Annotated[bool | None, Flag()] = Field(
        None, description="Whether the user agreed to marketing mail."
    )

    rules: ClassVar[tuple[Rule, ...]] = (not_in_the_future("updated_at"),)
