"""A text is parsed once: the emulator and its gaps parse the same statement some twenty times on its way through."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

TEXTS = 256


def parse_once() -> None:
    """Let sqlglot remember the trees of its last texts. Each caller gets a copy, which is its own to change."""
    parse = Dialect.parse
    trees: OrderedDict[tuple[type[Dialect], str], list[exp.Expression | None]] = OrderedDict()

    def remembered(self: Dialect, sql: str, **options: Any) -> list[exp.Expression | None]:
        if options:
            return parse(self, sql, **options)
        key = (type(self), sql)
        if key not in trees:
            trees[key] = parse(self, sql)
            if len(trees) > TEXTS:
                trees.popitem(last=False)
        trees.move_to_end(key)
        return [tree.copy() if tree is not None else None for tree in trees[key]]

    Dialect.parse = remembered
