"""What is built for a comparison: what differs, what hangs on it, what these read, and nothing else."""

from flows.differences.models import Model
from flows.differences.selection import Selection, select

CHAIN = {"raw": (), "a": ("raw",), "b": ("a",), "c": ("b",), "aside": ("raw",), "far": ("aside",)}


def models(told: dict[str, tuple[str, ...]], **other: str) -> dict[str, Model]:
    return {name: Model(name, frozenset(parents), other.get(name, "")) for name, parents in told.items()}


def test_what_hangs_on_a_change_is_built_with_ours_and_all_that_it_reads_with_the_others():
    assert select(models(CHAIN), models(CHAIN, b="other")) == Selection(
        changed=("b",), downstream=("c",), before=("a", "b", "c", "raw"), after=("b", "c")
    )


def test_a_new_model_has_what_it_reads_built_for_it_though_nothing_else_changed():
    assert select(models(CHAIN), models(CHAIN | {"new": ("far",)})) == Selection(
        added=("new",), before=("aside", "far", "raw"), after=("new",)
    )


def test_a_model_that_now_reads_another_one_has_that_built_too():
    found = select(models(CHAIN), models(CHAIN | {"c": ("b", "far")}))
    assert (found.changed, found.after) == (("c",), ("c",))
    assert found.before == ("a", "aside", "b", "c", "far", "raw")


def test_a_removed_model_is_built_for_the_last_time():
    without = {name: parents for name, parents in CHAIN.items() if name != "far"}
    assert select(models(CHAIN), models(without)) == Selection(removed=("far",), before=("aside", "far", "raw"))


def test_where_nothing_differs_nothing_is_built():
    assert not select(models(CHAIN), models(CHAIN))
    keyed = {name: Model(name, model.parents, key=("id",)) for name, model in models(CHAIN).items()}
    assert not select(models(CHAIN), keyed), "a test of a model makes no rows"
