"""A text is parsed once: the emulator and its gaps parse the same statement some twenty times on its way through."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

TEXTS = 256
PLACES = {"line", "col", "start", "end"}


def parse_once() -> None:
    """Let sqlglot remember the trees of its last texts. Each caller gets a copy, which is its own to change."""
    parse = Dialect.parse
    trees: OrderedDict[tuple[type[Dialect], str], list[exp.Expression | None]] = OrderedDict()

    def remembered(self: Dialect, sql: str, **options: Any) -> list[exp.Expression | None]:
        if options:
            return parse(self, sql, **options)
        key = (type(self), sql)
        if key not in trees:
            trees[key] = [_light(tree) for tree in parse(self, sql)]
            if len(trees) > TEXTS:
                trees.popitem(last=False)
        trees.move_to_end(key)
        return [tree.copy() if tree is not None else None for tree in trees[key]]

    Dialect.parse = remembered


def _light(tree: exp.Expression | None) -> exp.Expression | None:
    # Where a name stands in its text nobody asks here, and to copy that takes longer than to copy the tree.
    for node in tree.walk() if tree is not None else ():
        if node._meta is not None:
            node._meta = {name: told for name, told in node._meta.items() if name not in PLACES} or None
    return tree
