"""What Funnel asks of sessions: how far they went. All of it is read from fct_funnel, in one of its two parts:
everything together, or the products of one category. What it asks of users is in `funnel_of_users`."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, of_slice
from dashboards.view import UNKNOWN, Slice, plain

# What the sessions can be divided by, and how a row of it is called.
SPLITS = {
    "device": f"coalesce(device_type, '{UNKNOWN}')",
    "channel": f"coalesce(channel, '{UNKNOWN}')",
    "country": f"coalesce(country, '{UNKNOWN}')",
    "category": "category",
}
# Categories overlap, so they are read from rows of their own, never from the total's.
IN_PART = "((@category is null and is_total) or (not is_total and category = @category))"


@dataclass(frozen=True)
class Funnel:
    """Sessions, or users, that came at least as far as each step, all steps before it included."""

    came: int
    views: int
    carts: int
    checkouts: int
    purchases: int

    @property
    def counts(self) -> tuple[int, ...]:
        """In the order of the steps; none is higher than the one before."""
        return astuple(self)


NOTHING = Funnel(0, 0, 0, 0, 0)


def steps(what: str, in_order: bool, table: str = "") -> str:
    """The sums of `view_{what}` and so on of a select list, under the names of `Funnel`; `table` is one with its dot.

    The steps from the cart on have columns of their own for who took them one after the other.
    """
    ordered = "ordered_" if in_order else ""
    columns = {"views": "view", "carts": f"{ordered}cart", "checkouts": f"{ordered}checkout"}
    columns |= {"purchases": f"{ordered}purchase"}
    return ",\n            ".join(
        f"cast(coalesce(sum({table}{column}_{what}), 0) as int64) as {name}" for name, column in columns.items()
    )


def _sums(in_order: bool, table: str = "") -> str:
    came = f"cast(coalesce(sum({table}sessions), 0) as int64) as came"
    return f"{came},\n            {steps('sessions', in_order, table)}"


@cached
def funnel(copy: Published, period: Period, part: Slice, category: str | None, in_order: bool = False) -> Funnel:
    """The funnel of a period. Of a category it is of the sessions that touched a product of it. Where `in_order`, each
    step counts only after the one before."""
    (found,) = rows(
        copy,
        f"""
        select
            {_sums(in_order)}
        from marts.fct_funnel
        where session_date between @first and @last
            and {IN_PART}
            and {IN_SLICE}
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return Funnel(**found)


@cached
def days(
    copy: Published, period: Period, part: Slice, category: str | None, in_order: bool = False
) -> list[tuple[str, Funnel]]:
    """The funnel of each day, days without a session included, with midnight as ISO text before it."""
    found = rows(
        copy,
        f"""
        with

        visits as (

            select *
            from marts.fct_funnel
            where session_date between @first and @last
                and {IN_PART}
                and {IN_SLICE}

        )

        select
            engagement.event_date as date,
            {_sums(in_order, "visits.")}
        from marts.fct_daily_engagement as engagement
        left join visits on engagement.event_date = visits.session_date
        where engagement.event_date between @first and @last
        group by engagement.event_date
        order by engagement.event_date
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return [(f"{row.pop('date')}T00:00:00", Funnel(**row)) for row in found]


@cached
def split(
    copy: Published, period: Period, part: Slice, category: str | None, by: str, in_order: bool = False
) -> list[tuple[str, Funnel]]:
    """The funnel of each device, channel, country or category, with its name before it; most sessions first.

    By category a session has a part in each of which it touched a product: these do not add up to all sessions.
    """
    inside = "not is_total and (@category is null or category = @category)" if by == "category" else IN_PART
    found: list[dict[str, Any]] = rows(
        copy,
        f"""
        select
            {SPLITS[by]} as name,
            {_sums(in_order)}
        from marts.fct_funnel
        where session_date between @first and @last
            and {inside}
            and {IN_SLICE}
        group by name
        order by came desc, name
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return [(plain(row.pop("name")), Funnel(**row)) for row in found]
