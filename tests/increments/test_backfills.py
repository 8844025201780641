"""A backfill ends in one build of what the lake holds: the cases that each part of it is for, and what finds its lack.

Drawn damage, ranges, chunks and kills are part of the drawn histories (`history.py`).
"""

import copy
from collections.abc import Callable
from datetime import date

import pytest

from flows.warehouse import duck_backfill
from tests.increments.history import differences
from tests.increments.shop import Shop
from tests.increments.test_increments import SALE, event

DAYS = date(2025, 11, 1), date(2025, 11, 5)
FIRST = [event("e1", "01 10:00:00", **SALE), event("e2", "05 10:00:00")]
SECOND = [event("e3", "03 10:00:00", anonymous_id="bob"), event("e4", "04 10:00:00", anonymous_id="bob", **SALE)]

# What is done to raw before marts are built of it, and what would be wrong with the models.
FAULTS = {
    "only what pending batches brought counts as changed": (
        *("a row is gone", 0),
        lambda sql: sql.replace("in ('@backfilled')", "in ('@backfilled') and false"),
    ),
    "rows that went are not asked for their visitors": (
        *("a row is there as a stranger's", 1),
        lambda sql: sql.replace('"warehouse"."removed"."events"', "(from removed.events where false)"),
    ),
}


def one_build(shop: Shop, **batches: list) -> Shop:
    for name, rows in batches.items():
        shop.load(name, events=rows)
    shop.build()
    return shop


def backfilled(shop: Shop, place: int, how: str, until: int | None = None) -> Shop:
    """A shop that was damaged and built like that, and then rebuilt from the lake day by day."""
    one_build(shop, b1=FIRST, b2=SECOND)
    shop.damage(place, how)
    shop.build(whole=True)
    shop.begin_backfill(*DAYS, 1)
    shop.build(until=until)
    return shop


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_backfill_that_forgets_whom_it_changes_is_found(compiled_both, new_shop, fault):
    how, place, spoil = FAULTS[fault]
    whole, part = copy.deepcopy(compiled_both)
    spoilt = {name: node | {"sql": spoil(node["sql"])} for name, node in part.items()}
    assert spoilt != part, "the models have changed: plant the fault anew"
    right = one_build(new_shop(), b1=FIRST, b2=SECOND)
    assert differences(backfilled(new_shop(), place, how), right) == []
    assert differences(backfilled(Shop(whole, spoilt), place, how), right)


@pytest.mark.slow
@pytest.mark.parametrize("is_trusted", [False, True])
def test_a_batch_that_goes_before_its_days_are_reloaded_leaves_no_visitor_behind(
    new_shop: Callable[[], Shop], monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    if is_trusted:
        monkeypatch.setattr(duck_backfill, "distrust", lambda connection: None)
    shop = one_build(new_shop(), b1=FIRST, b2=SECOND)
    for place in (3, 2):
        shop.damage(place, "a row is gone")
    shop.begin_backfill(*DAYS)
    shop.remove("b2")
    shop.build()
    assert bool(differences(shop, one_build(new_shop(), b1=FIRST))) == is_trusted


@pytest.mark.slow
@pytest.mark.parametrize("until", [0, 1, 5, 40, 100])
def test_a_backfill_that_was_killed_is_carried_on_by_the_next_build(new_shop: Callable[[], Shop], until: int) -> None:
    shop = backfilled(new_shop(), 0, "a row is gone", until)
    shop.build()
    assert differences(shop, one_build(new_shop(), b1=FIRST, b2=SECOND)) == []
    assert not shop.is_backfilling()
