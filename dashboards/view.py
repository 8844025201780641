"""What a reader looks at: the choices of the filter bar, which hold over all pages and stand in the address."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.periods import Period

# What filters call the rows of which the source does not tell the channel, the device or the country.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Slice:
    """A part of the visits: by device, channel and country. None is all of them, `UNKNOWN` those that do not say."""

    device: str | None = None
    channel: str | None = None
    country: str | None = None

    @property
    def is_everything(self) -> bool:
        return self == Slice()


@dataclass(frozen=True)
class View:
    """What is looked at, and against what.

    `period` are days of the shop, `compared` the days that they are held against (None: nothing is, or there is no
    data). `currency` is one of the shop's (None: amounts whose currency the source does not tell). `device`, `channel`,
    `country` and `category` (of the first level) are None where all are looked at.
    """

    period: Period
    compared: Period | None = None
    currency: str | None = None
    device: str | None = None
    channel: str | None = None
    country: str | None = None
    category: str | None = None

    @property
    def slice(self) -> Slice:
        """What of it is about the visits: what queries of sessions, visitors and orders are given."""
        return Slice(self.device, self.channel, self.country)

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The filters that leave something out, as a reader reads them."""
        category = self.category and plain(self.category)
        return tuple(part for part in (self.device, self.channel, self.country, category) if part)


def plain(category: str) -> str:
    """A category's name as people write it.

    >>> plain("home_and_kitchen")
    'home and kitchen'
    """
    return category.replace("_", " ")
