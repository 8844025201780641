"""The people who visit: who they are, which of them come back, and who has an account."""

from __future__ import annotations

import numpy as np

from flows.shop import personas, places
from flows.shop.assortment import CATEGORIES
from flows.shop.columns import Array, Columns
from flows.shop.draw import chance, pick, quantiles

DAY_MS = 86_400_000
NOBODY = -1


class Growing:
    """Rows of columns that grow at the end; `rows` are the ones in use."""

    def __init__(self, **kinds: type[np.generic]) -> None:
        self._columns = {name: np.zeros(1024, dtype=kind) for name, kind in kinds.items()}
        self.count = 0

    def __getitem__(self, name: str) -> Array:
        return self._columns[name][: self.count]

    def add(self, count: int, **values: Array | int) -> None:
        """Adds `count` rows; every column is given."""
        end = self.count + count
        for name, value in values.items():
            column = self._columns[name]
            if end > len(column):
                column = np.concatenate([column, np.zeros(max(end, 2 * len(column)) - len(column), dtype=column.dtype)])
                self._columns[name] = column
            column[self.count : end] = value
        self.count = end


class People:
    """Everyone the shop has ever seen, numbered as they come; `users` are their accounts, numbered as they are made."""

    def __init__(self, rng: np.random.Generator, start_ms: int, visits: int) -> None:
        self._rng = rng
        self._start_ms = start_ms
        self._countries = quantiles(places.of_countries("people"))
        self._devices = quantiles(places.of_devices("people"))
        self._interests = quantiles([category.interest for category in CATEGORIES])
        self.all = Growing(
            persona=np.int8,
            country=np.int8,
            device=np.int8,
            second=np.int8,
            user=np.int32,
            cart=np.int32,
            interest=np.int16,
        )
        self._members = [Growing(person=np.int32) for _ in personas.PERSONAS]
        self.users = Growing(country=np.int8, created_ms=np.int64)
        for code, persona in enumerate(personas.PERSONAS):
            regulars = persona.visits * (1 - persona.newcomers) * visits
            # A robot visits hundreds of times, a person three times or so.
            self._welcome(code, int(1 + regulars / (400 if persona.name == "bot" else 3.2)), persona.has_account)

    def choose(self, persona: Array) -> tuple[Array, Array]:
        """Who makes these visits, one person of each given persona; and whether it is that person's first visit."""
        person = np.empty(len(persona), dtype=np.int32)
        is_new = np.zeros(len(persona), dtype=bool)
        for code, habits in enumerate(personas.PERSONAS):
            visits = np.flatnonzero(persona == code)
            newcomer = chance(self._rng, habits.newcomers, len(visits))
            known = self._members[code]["person"]
            person[visits[~newcomer]] = known[self._familiar(len(known), len(visits) - int(newcomer.sum()))]
            # Some of the new faces are customers who hold a new device: they have an account already.
            person[visits[newcomer]] = self._welcome(code, int(newcomer.sum()), habits.has_account / 4)
            is_new[visits] = newcomer
        return person, is_new

    def sign_up(self, person: Array, created_ms: Array) -> None:
        """Gives an account to each of these people, who have none; nobody stands there twice."""
        self.all["user"][person] = self.users.count + np.arange(len(person), dtype=np.int32)
        self.users.add(len(person), country=self.all["country"][person], created_ms=created_ms // 1000 * 1000)

    def of(self, person: Array) -> Columns:
        """What is known of these people."""
        return {name: self.all[name][person] for name in ("country", "device", "second", "user", "cart", "interest")}

    def _familiar(self, known: int, count: int) -> Array:
        """Places of people seen before: half of them regulars (the first ones come most), half seen of late."""
        regular = (self._rng.random(count, dtype=np.float32) ** 2 * known).astype(np.int64)
        lately = (
            known - 1 - (self._rng.standard_exponential(count, dtype=np.float32) * (0.12 * known + 1)).astype(np.int64)
        )
        return np.where(chance(self._rng, 0.5, count), regular, lately % known)

    def _welcome(self, persona: int, count: int, has_account: float) -> Array:
        rng, start = self._rng, self.all.count
        is_bot = persona == personas.CODE["bot"]
        device = np.full(count, places.BOT) if is_bot else pick(rng, self._devices, count)
        has_second = chance(rng, 0.0 if is_bot else 0.12 + 0.25 * (has_account > 0.5), count)
        self.all.add(
            count,
            persona=persona,
            country=pick(rng, self._countries, count),
            device=device,
            # Whoever has two holds a telephone and a computer.
            second=np.where(has_second, np.where(device == 0, 1, 0), -1),
            user=NOBODY,
            cart=NOBODY,
            interest=pick(rng, self._interests, count),
        )
        person = np.arange(start, start + count, dtype=np.int32)
        self._members[persona].add(count, person=person)
        registered = person[chance(rng, has_account, count)]
        days_ago = rng.random(len(registered)) ** 1.6 * 900 + 0.1
        self.sign_up(registered, self._start_ms - (days_ago * DAY_MS).astype(np.int64))
        return person
