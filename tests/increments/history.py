"""A drawn history of a shop: batches come, go and come again, people are forgotten, builds are made or cut off."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from flows.erasure.person import Person
from tests.compiled import Row
from tests.increments.shop import DAMAGES, Shop
from tests.worlds import World, worlds

Batch = dict[str, list[Row]]
Marts = dict[str, list[tuple[Any, ...]]]


class History(RuleBasedStateMachine):
    """Whatever happens to the batches of a world, published marts are those of one build of what is there.

    Subclasses say with which models: `new_shop` makes an empty shop.
    """

    new_shop: Callable[[], Shop]
    known: ClassVar[dict[Any, Marts]] = {}  # what one build made of the rows that were compared last

    @initialize(world=worlds(), parts=st.integers(1, 5), chance=st.randoms(use_true_random=False))
    def begin(self, world: World, parts: int, chance: Random) -> None:
        self.waiting: dict[str, Batch] = {f"b{part}": {} for part in range(parts)}
        for table, rows in world.items():
            for row in rows:
                self.waiting[f"b{chance.randrange(parts)}"].setdefault(table, []).append(row)
        self.loaded: dict[str, Batch] = {}
        self.shop = type(self).new_shop()
        self.is_forgetful = self.is_damaged = False  # each at most once a history: they take as long as all the rest

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def load(self, data: st.DataObject) -> None:
        """A batch comes: in any order, again after it was taken out, or with what another has brought already."""
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        self.loaded[name] = self.waiting.pop(name)
        self.shop.load(name, **self.loaded[name])

    @precondition(lambda self: self.loaded)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.loaded)))
        self.waiting[name] = self.loaded.pop(name)
        self.shop.remove(name)

    @precondition(lambda self: self.loaded and not self.is_forgetful)
    @rule(data=st.data(), with_shared_devices=st.booleans())
    def forget(self, data: st.DataObject, with_shared_devices: bool) -> None:
        """A person goes from what is loaded; validate keeps them out of what comes later."""
        users = {row.get("user_id") for batch in self.loaded.values() for rows in batch.values() for row in rows}
        if known := sorted(users - {None}):
            self.is_forgetful = True
            person = self.shop.erase(data.draw(st.sampled_from(known)), with_shared_devices)
            for batch in (*self.loaded.values(), *self.waiting.values()):
                for table, rows in batch.items():
                    batch[table] = [row for row in rows if not is_of(person, row)]
            # Whatever was done to raw: a day that a batch is not known to have would never be reloaded from the lake.
            assert self.shop.days_of_batches("ops.batches") == self.shop.days_of_batches("lake.events")

    @rule(whole=st.sampled_from([False, False, False, True]), runs_in_slice=st.integers(1, 3))
    def build(self, whole: bool, runs_in_slice: int) -> None:
        self.shop.build(whole=whole, runs_in_slice=runs_in_slice)
        self.compare()

    @rule(models=st.integers(1, 38))
    def build_and_be_killed(self, models: int) -> None:
        self.shop.build(until=models)

    @precondition(lambda self: self.shop.events() and not self.is_damaged)
    @rule(data=st.data())
    def damage_and_backfill(self, data: st.DataObject) -> None:
        """Somebody wrote into raw, perhaps it was built like that; then the days are backfilled, or some of them."""
        self.is_damaged = True
        self.shop.is_tested = False  # of what was done, a data test may well complain
        places = data.draw(st.sets(st.integers(0, self.shop.events() - 1), min_size=1, max_size=4))
        damaged = [
            self.shop.damage(place, data.draw(st.sampled_from(sorted(DAMAGES))))
            for place in sorted(places, reverse=True)
        ]
        if data.draw(st.booleans()):
            self.shop.build(whole=data.draw(st.booleans()))
        days = self.shop.days()
        first = data.draw(st.sampled_from([day for day in days if day <= min(damaged)]))
        last = data.draw(st.sampled_from([day for day in days if day >= max(damaged)]))
        self.shop.begin_backfill(first, last, data.draw(st.sampled_from([None, 2, 3])))
        self.shop.build(until=data.draw(st.integers(0, 150)))

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.shop.build()
            self.compare()

    def compare(self) -> None:
        """Raise AssertionError if the marts are not those of one build of all that is loaded now."""
        everything: Batch = {}
        for batch in self.loaded.values():
            for table, rows in batch.items():
                everything.setdefault(table, []).extend(rows)
        told = (type(self), repr(everything))
        if told not in self.known:
            fresh = type(self).new_shop()
            fresh.load("all", **everything)
            fresh.build()
            self.known.clear()  # the next one to be compared is often the same, and hardly ever one from before
            self.known[told] = {mart: fresh.rows(mart) for mart in fresh.marts}
        assert differences(self.shop, self.known[told]) == []


def is_of(person: Person, row: Row) -> bool:
    """Whether a row is the person's: by the user, or by the device while nobody was signed in."""
    user = row.get("user_id")
    return user == person.user or (user is None and row.get("anonymous_id") in person.devices)


def differences(shop: Shop | Marts, other: Shop | Marts) -> list[str]:
    """One line for each mart whose rows are not the same in both, with some that only one of them has."""
    one, two = (of if isinstance(of, dict) else {mart: of.rows(mart) for mart in of.marts} for of in (shop, other))
    found = []
    for mart, ours in one.items():
        theirs = two[mart]
        if ours != theirs:
            extra, lacking = (
                [row for row in this if row not in that] for this, that in ((ours, theirs), (theirs, ours))
            )
            found.append(f"{mart}: has {extra[:3]}, lacks {lacking[:3]}")
    return found
