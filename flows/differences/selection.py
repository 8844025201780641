"""Which models are built for a comparison: what changed, what hangs on it, and what both read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.differences.models import Model

Models = Mapping[str, Model]


@dataclass(frozen=True)
class Selection:
    """Names of models, each in the order of the alphabet.

    `changed` are models of both sides that are told otherwise, `added` and `removed` those of one side only,
    `downstream` what hangs on them. `before` is what is built with the models of the base: the same models as far as it
    has them, and everything that they or ours read. `after` is what is built with ours on top of that.
    """

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)


def select(before: Models, after: Models) -> Selection:
    """What has to be built to see every difference between two states of the models, and nothing else.

    >>> a, b = Model("a"), Model("b", frozenset({"a"}))
    >>> select({"a": a, "b": b}, {"a": Model("a", told="other"), "b": b}).downstream
    ('b',)
    """
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    changed = {name for name in after.keys() & before.keys() if _rows_of(after[name]) != _rows_of(before[name])}
    built = _with_children(changed | added, after)
    read = _with_parents(built, after) - built
    base = _with_parents((built & before.keys()) | removed | read, before)
    return Selection(
        *(tuple(sorted(names)) for names in (changed, added, removed, built - changed - added, base, built))
    )


def _rows_of(model: Model) -> tuple[str, frozenset[str]]:
    return model.told, model.parents  # a key says what rows should be, and changes none


def _with_children(names: Iterable[str], models: Models) -> set[str]:
    children: dict[str, set[str]] = {}
    for model in models.values():
        for parent in model.parents:
            children.setdefault(parent, set()).add(model.name)
    return _reached(names, children)


def _with_parents(names: Iterable[str], models: Models) -> set[str]:
    return _reached(names, {model.name: model.parents for model in models.values()})


def _reached(names: Iterable[str], neighbours: Mapping[str, Iterable[str]]) -> set[str]:
    waiting, found = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += neighbours.get(name, ())
    return found
