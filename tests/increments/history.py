"""A drawn history of a shop: batches come, go and come again, people are forgotten, builds are made or cut off."""

from collections.abc import Callable
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from flows.erasure.person import Person
from tests.compiled import Row
from tests.increments.shop import Shop
from tests.worlds import World, worlds

Batch = dict[str, list[Row]]


class History(RuleBasedStateMachine):
    """Whatever happens to the batches of a world, published marts are those of one build of what is there.

    Subclasses say with which models: `new_shop` makes an empty shop.
    """

    new_shop: Callable[[], Shop]

    @initialize(world=worlds(), parts=st.integers(1, 5), chance=st.randoms(use_true_random=False))
    def begin(self, world: World, parts: int, chance: Random) -> None:
        self.waiting: dict[str, Batch] = {f"b{part}": {} for part in range(parts)}
        for table, rows in world.items():
            for row in rows:
                self.waiting[f"b{chance.randrange(parts)}"].setdefault(table, []).append(row)
        self.loaded: dict[str, Batch] = {}
        self.shop = type(self).new_shop()

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

    @precondition(lambda self: self.loaded)
    @rule(data=st.data(), with_shared_devices=st.booleans())
    def forget(self, data: st.DataObject, with_shared_devices: bool) -> None:
        """A person goes from what is loaded; validate keeps them out of what comes later."""
        users = {row.get("user_id") for batch in self.loaded.values() for rows in batch.values() for row in rows}
        if known := sorted(users - {None}):
            person = self.shop.erase(data.draw(st.sampled_from(known)), with_shared_devices)
            for batch in (*self.loaded.values(), *self.waiting.values()):
                for table, rows in batch.items():
                    batch[table] = [row for row in rows if not is_of(person, row)]

    @rule(whole=st.sampled_from([False, False, False, True]))
    def build(self, whole: bool) -> None:
        self.shop.build(whole=whole)
        self.compare()

    @rule(models=st.integers(1, 33))
    def build_and_be_killed(self, models: int) -> None:
        self.shop.build(until=models)

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.shop.build()
            self.compare()

    def compare(self) -> None:
        """Raise AssertionError if the marts are not those of one build of all that is loaded now."""
        fresh = type(self).new_shop()
        everything: Batch = {}
        for batch in self.loaded.values():
            for table, rows in batch.items():
                everything.setdefault(table, []).extend(rows)
        fresh.load("all", **everything)
        fresh.build()
        assert differences(self.shop, fresh) == []


def is_of(person: Person, row: Row) -> bool:
    """Whether a row is the person's: by the user, or by the device while nobody was signed in."""
    user = row.get("user_id")
    return user == person.user or (user is None and row.get("anonymous_id") in person.devices)


def differences(shop: Shop, other: Shop) -> list[str]:
    """One line for each mart whose rows are not the same in both shops, with some that only one of them has."""
    found = []
    for mart in shop.marts:
        ours, theirs = shop.rows(mart), other.rows(mart)
        if ours != theirs:
            extra, lacking = ([row for row in one if row not in two] for one, two in ((ours, theirs), (theirs, ours)))
            found.append(f"{mart}: has {extra[:3]}, lacks {lacking[:3]}")
    return found
