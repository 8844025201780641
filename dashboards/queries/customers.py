"""What Customers asks: who is in which segment at the ends of a period, who moved in it, what customers have brought.
Both marts have the customers of each day, however long ago they came: no period reads more than its own days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached

# What a segment is called, and whom it holds, as macros/customer_segment.sql divides them.
SEGMENTS = {
    "best": ("Best", "several orders, the last 90 days ago at most, a value of 500 or more"),
    "regular": ("Regular", "several orders, the last 90 days ago at most, a value below 500"),
    "new": ("New", "one order, 30 days ago at most"),
    "once": ("Once", "one order, 31 to 90 days ago"),
    "at_risk": ("At risk", "the last order 91 to 180 days ago, a value of 500 or more"),
    "slipping": ("Slipping", "the last order 91 to 180 days ago, a value below 500"),
    "lost": ("Lost", "the last order more than 180 days ago"),
}
ACTIVE = ("best", "regular", "new", "once")


@dataclass(frozen=True)
class Customers:
    """Customers by segment before the first day of a period and at the end of the last, and the moves between, by where
    from (None: had no order) and where to. What was there, came and did not go is what is there."""

    at_start: dict[str, int]
    at_end: dict[str, int]
    moves: dict[tuple[str | None, str], int]

    def came(self, segment: str) -> int:
        return sum(customers for (_, after), customers in self.moves.items() if after == segment)

    def went(self, segment: str) -> int:
        return sum(customers for (before, _), customers in self.moves.items() if before == segment)

    @property
    def new(self) -> int:
        return sum(customers for (before, _), customers in self.moves.items() if before is None)


@dataclass(frozen=True)
class Values:
    """Customers whose value so far is at least `first` (None: below 0) and below `below` (None: without a limit), and
    what they have brought together."""

    first: int | None
    below: int | None
    customers: int
    net: Decimal


@cached
def customers(copy: Published, period: Period) -> Customers:
    """The customers of a period. A move is one at the end of a day; who moved twice is in two of them."""
    found = rows(
        copy,
        """
        select
            'start' as what,
            previous_segment,
            previous_segment as segment,
            cast(sum(customers) as int64) as customers
        from marts.fct_customer_segments
        where event_date = @first and previous_segment is not null
        group by previous_segment

        union all

        select
            'end' as what,
            segment as previous_segment,
            segment,
            cast(sum(customers) as int64) as customers
        from marts.fct_customer_segments
        where event_date = @last
        group by segment

        union all

        select
            'move' as what,
            previous_segment,
            segment,
            cast(sum(customers) as int64) as customers
        from marts.fct_customer_segments
        where event_date between @first and @last
            and previous_segment is distinct from segment
        group by previous_segment, segment
        """,
        first=period.first,
        last=period.last,
    )
    start, end = (
        {row["segment"]: row["customers"] for row in found if row["what"] == what} for what in ("start", "end")
    )
    moves = {(row["previous_segment"], row["segment"]): row["customers"] for row in found if row["what"] == "move"}
    return Customers(start, end, moves)


@cached
def values(copy: Published, day: date, currency: str | None) -> list[Values]:
    """What customers had brought in a currency by the end of a day, by range, the lowest first; no range is empty."""
    found = rows(
        copy,
        """
        select
            at_least_value as first,
            below_value as below,
            customers,
            net_amount as net
        from marts.fct_customer_values
        where event_date = @day
            and currency is not distinct from @currency
        order by at_least_value nulls first
        """,
        day=day,
        currency=currency,
    )
    return [Values(**row) for row in found]


def mean(of: list[Values]) -> Decimal | None:
    """What a customer has brought on the average; None without any."""
    count = sum(each.customers for each in of)
    return sum((each.net for each in of), Decimal(0)) / count if count else None


def median(of: list[Values]) -> Values | None:
    """The range that holds the value in the middle (of two, the lower one); None without any."""
    upto = list(accumulate(each.customers for each in of))
    return next((each for each, seen in zip(of, upto, strict=True) if 2 * seen >= upto[-1]), None)
