"""The ways to look at the funnel: of sessions or of users, the steps in any order or one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.choices import one_of
from dashboards.periods import Period
from dashboards.published import Published
from dashboards.queries import funnel as of_sessions
from dashboards.queries import funnel_of_users as of_users
from dashboards.queries.funnel import Funnel
from dashboards.queries.visitors import LONGEST, nearest
from dashboards.view import View

SESSIONS, USERS = "Sessions", "Users"
ANY_ORDER, IN_ORDER = "Any order", "In order"
OVER_SESSIONS = (
    "A step counts the users who took it and all steps before it, in one session of the period or in several"
)
RULES = {
    (SESSIONS, ANY_ORDER): "A step counts the sessions that also took all steps before it, in whatever order",
    (SESSIONS, IN_ORDER): "A step counts the sessions that took it after all steps before it, one after the other",
    (USERS, ANY_ORDER): f"{OVER_SESSIONS}, in whatever order",
    (USERS, IN_ORDER): f"{OVER_SESSIONS}, one after the other",
}


@dataclass(frozen=True)
class Way:
    """One way to count: `of` is `SESSIONS` or `USERS`, `order` is `ANY_ORDER` or `IN_ORDER`."""

    of: str = SESSIONS
    order: str = ANY_ORDER

    @property
    def is_of_users(self) -> bool:
        return self.of == USERS

    @property
    def is_in_order(self) -> bool:
        return self.order == IN_ORDER

    @property
    def rule(self) -> str:
        """What a step counts, as a reader is told."""
        return f"{RULES[self.of, self.order]}; who bought has been at the checkout."

    @property
    def nothing(self) -> str:
        return "Nobody was active in this period." if self.is_of_users else "No session began in this period."

    def metric(self, rate: str) -> str:
        """The name in the registry of what `rate` is there for sessions in any order.

        >>> Way(USERS, IN_ORDER).metric("cart_rate")
        'user_ordered_cart_rate'
        """
        if rate == "funnel_sessions":
            return "visitors" if self.is_of_users else rate
        ordered = "ordered_" if self.is_in_order and rate != "view_rate" else ""
        return f"{'user_' if self.is_of_users else ''}{ordered}{rate}"

    def file(self, table: str) -> str:
        """What a file of `table` is called, so that those of two ways are told apart.

        >>> Way(USERS, IN_ORDER).file("funnel")
        'funnel_of_users_in_order'
        """
        return f"{table}{'_of_users' if self.is_of_users else ''}{'_in_order' if self.is_in_order else ''}"

    def can_tell(self, period: Period) -> bool:
        """Users of longer periods are not told by any mart."""
        return not self.is_of_users or period.days <= LONGEST

    def regardless_of(self, view: View) -> tuple[str, ...]:
        """The filters that do not apply: users can be told by one of device, channel and country."""
        return ("category", *nearest(view.slice).regardless_of) if self.is_of_users else ()

    def funnel(self, copy: Published, view: View, period: Period) -> Funnel:
        if self.is_of_users:
            return of_users.funnel(copy, period, view.slice, self.is_in_order)
        return of_sessions.funnel(copy, period, view.slice, view.category, self.is_in_order)

    def days(self, copy: Published, view: View) -> Sequence[tuple[str, Funnel]]:
        if self.is_of_users:
            return of_users.days(copy, view.period, view.slice, self.is_in_order)
        return of_sessions.days(copy, view.period, view.slice, view.category, self.is_in_order)

    def split(self, copy: Published, view: View, by: str) -> Sequence[tuple[str, Funnel]]:
        if self.is_of_users:
            return of_users.split(copy, view.period, view.slice, by, self.is_in_order)
        return of_sessions.split(copy, view.period, view.slice, view.category, by, self.is_in_order)


def choose() -> Way:
    """Draw both choices; a link keeps them (`of=Users`, `order=In order`)."""
    with st.container(horizontal=True, key="ways"):
        return Way(one_of("Count", (SESSIONS, USERS), "of"), one_of("Steps", (ANY_ORDER, IN_ORDER), "order"))
