"""A text is parsed once: the emulator and its gaps parse the same statement some twenty times on its way through."""

from __future__ import annotations

from collections import OrderedDict
from threading import local
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

TEXTS = 256
PLACES = {"line", "col", "start", "end"}


def parse_once() -> None:
    """Let sqlglot remember the trees of its last texts. Each caller gets a copy, which is its own to change.

    But those of what writes a tree as SQL are one and the same for all: it is made anew for every text that is written,
    and parses a dozen templates each time, which it leaves as they are.
    """
    parse, generator = Dialect.parse, Dialect.generator
    trees: OrderedDict[tuple[type[Dialect], str], list[exp.Expression | None]] = OrderedDict()
    templates: dict[tuple[type[Dialect], str], list[exp.Expression | None]] = {}
    making = local()

    def remembered(self: Dialect, sql: str, **options: Any) -> list[exp.Expression | None]:
        if options:
            return parse(self, sql, **options)
        key = (type(self), sql)
        if getattr(making, "is_generator", False):
            if key not in templates:
                templates[key] = parse(self, sql)
            return templates[key]
        if key not in trees:
            trees[key] = [_light(tree) for tree in parse(self, sql)]
            if len(trees) > TEXTS:
                trees.popitem(last=False)
        trees.move_to_end(key)
        return [tree.copy() if tree is not None else None for tree in trees[key]]

    def making_generator(self: Dialect, **options: Any) -> Any:
        making.is_generator = True
        try:
            return generator(self, **options)
        finally:
            making.is_generator = False

    Dialect.parse, Dialect.generator = remembered, making_generator


def _light(tree: exp.Expression | None) -> exp.Expression | None:
    # Where a name stands in its text nobody asks here, and to copy that takes longer than to copy the tree.
    for node in tree.walk() if tree is not None else ():
        if node._meta is not None:
            node._meta = {name: told for name, told in node._meta.items() if name not in PLACES} or None
    return tree
