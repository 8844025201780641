"""A shop's life: slot by slot, visits are planned, walked and paid for, and come out as chapters in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from flows.shop import channels
from flows.shop.browsing import browse
from flows.shop.carts import shop
from flows.shop.catalogue import midnight_ms, open_catalogue
from flows.shop.clock import delays, moments
from flows.shop.columns import Columns, join, length, take
from flows.shop.draw import generator
from flows.shop.orders import price, refunds, take_off
from flows.shop.people import People
from flows.shop.season import sale_on
from flows.shop.signing_in import sign_in
from flows.shop.steps import NONE, first_rows, in_order, pages_before
from flows.shop.timetable import Slot, timetable
from flows.shop.visits import plan_visits
from flows.shop.web import Web

CHAPTER_EVENTS = 500_000
EVENTS_PER_VISIT = 5.5
DAY_MS = 86_400_000
AFTER_MIDNIGHT_MS = 5 * 60_000


@dataclass(frozen=True)
class Chapter:
    """The events of one file, in order of time; `rows["visit"]` points into `visits`."""

    name: str
    rows: Columns
    visits: Columns


class Life:
    """The life of one shop. Everything follows from the arguments; `chapters` can be told once."""

    def __init__(self, events: int, days: int, seed: int, start: date) -> None:
        self.rng = generator(seed)
        self.events, self.days = events, days
        self.start_ms = midnight_ms(start)
        self.end_ms = self.start_ms + days * DAY_MS
        self.keys = self.rng.integers(0, 2**62, 4).tolist()
        self._slots = timetable(self.rng, events, days, start, self.start_ms)
        self.catalogue = open_catalogue(self.rng, int(14 * events**0.4), start, days)
        self.web = Web(self.catalogue.paths(), channels.REFERRERS)
        visits_a_month = events / EVENTS_PER_VISIT * min(1, 30 / days)
        self.people = People(self.rng, self.start_ms, int(visits_a_month))
        self._made = self._visits_made = self._orders_made = 0
        self._events_per_visit = EVENTS_PER_VISIT

    def chapters(self) -> Iterator[Chapter]:
        """All events, exactly `events` of them, in chapters that follow each other, some 500 thousand in each."""
        size = min(CHAPTER_EVENTS, max(5_000, self.events // 5))
        told: list[Columns] = []
        told_rows, name, visits, ahead = 0, "", Columns(), Columns()
        for slot in self._slots:
            is_last = slot is self._slots[-1]
            name = name or slot.name
            for rows, planned in self._live(slot, is_last):
                rows["visit"] += length(visits)
                visits, ahead = join([visits, planned]), join([ahead, rows])
            if ahead:
                is_due = ahead["ts"] < (np.iinfo(np.int64).max if is_last else slot.end_ms)
                due, ahead = take(ahead, is_due), take(ahead, ~is_due)
                told.append(take(due, np.argsort(due["ts"], kind="stable")))
                told_rows += length(due)
            if told_rows >= size or (is_last and told_rows):
                yield Chapter(name, join(told), visits)
                used, ahead["visit"] = np.unique(ahead["visit"], return_inverse=True)
                visits, told, told_rows, name = take(visits, used), [], 0, ""

    def _live(self, slot: Slot, is_last: bool) -> Iterator[tuple[Columns, Columns]]:
        while self._made < self.events:
            wanted = (self.events - self._made) * slot.share
            # Rounded by chance, so that a shop with two visits a week does not have them all on its first days.
            count = int(wanted / self._events_per_visit + self.rng.random()) or int(is_last)
            if not count:
                return
            rows, visits = self._visit(slot, count)
            self._made += length(rows)
            yield rows, visits
            if not is_last:
                return

    def _visit(self, slot: Slot, count: int) -> tuple[Columns, Columns]:
        rng, web, sale = self.rng, self.web, sale_on(slot.date)
        visits = plan_visits(rng, self.people, slot, count)
        seen = browse(rng, visits, self.catalogue, web, slot.day)
        shopping = shop(rng, visits, seen, self.catalogue, web, self._orders_made)
        rows = in_order([seen.pages, *shopping.parts])
        first = first_rows(rows)
        rows["is_landing"] = np.zeros(length(rows), dtype=bool)
        rows["is_landing"][first] = True
        rows["ts"] = moments(rng, visits, rows, first)
        rows["price"] = price(visits, rows, self.catalogue, slot.day)
        rows["discount"] = take_off(visits, rows, self.catalogue, web, sale)
        outside = visits["referrer"]
        rows["referrer"] = pages_before(rows, first, np.where(outside == NONE, NONE, web.first_referrer + outside), web)
        rows["is_known"] = sign_in(rng, self.people, visits, rows, first, self.end_ms)
        self.people.all["cart"][visits["person"][shopping.has_cart]] = shopping.left[shopping.has_cart]
        self._orders_made += shopping.orders
        visits["number"] = self._visits_made + np.arange(count, dtype=np.int64)
        self._visits_made += count
        back, desk = self._refund(visits, rows)
        rows = join([take(rows, rows["ts"] < self.end_ms + AFTER_MIDNIGHT_MS), back])
        rows = take(rows, slice(0, self.events - self._made))
        if self._visits_made > 500:
            self._events_per_visit = (self._made + length(rows)) / self._visits_made
        rows["id"] = self._made + np.arange(length(rows), dtype=np.int64)
        rows["delay"] = delays(rng, length(rows))
        return rows, join([{name: visits[name] for name in desk}, desk])

    def _refund(self, visits: Columns, rows: Columns) -> tuple[Columns, Columns]:
        """Refunds within the shop's days, each with a visit of its own: the back office's, without a browser."""
        back = refunds(self.rng, rows, self.catalogue)
        back = take(back, back["ts"] < self.end_ms)
        wanted = ("number", "anonymous", "user", "country", "device", "agent", "campaign")
        desk = take({name: visits[name] for name in wanted}, back["visit"])
        desk["user"] = np.where(back["is_known"], desk["user"], NONE)
        desk["anonymous"] = np.where(back["is_known"], NONE, desk["anonymous"])
        for name in ("number", "device", "agent", "campaign"):
            desk[name] = np.full_like(desk[name], NONE)
        back["visit"] = (length(visits) + np.arange(length(back))).astype(np.int32)
        back["is_known"] = desk["user"] != NONE
        return back, desk
