"""Categories as a tree: what is told of the finest ones, added up level by level. Every part is under its whole, and
the parts are the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NO_CATEGORY = "no category"
ITSELF = "(nothing finer told)"


@dataclass(frozen=True)
class Node:
    """A category by the names on the way to it, and the sums over all that is in it."""

    path: tuple[str, ...]
    units: int = 0
    net: Decimal = Decimal(0)
    views: int = 0
    purchases: int = 0

    def __add__(self, other: Node) -> Node:
        return Node(
            self.path,
            self.units + other.units,
            self.net + other.net,
            self.views + other.views,
            self.purchases + other.purchases,
        )


def tree(leaves: Sequence[dict[str, Any]], depth: int) -> list[Node]:
    """The nodes down to a level, each whole before its parts, and parts by net revenue, the highest first.

    A leaf is `levels` (null from where it has none) and sums. Products of a category of which others tell a finer one
    are a part of their own.

    >>> [node.path for node in tree([{"levels": ("home", "kitchen", None)}, {"levels": ("home", None, None)}], 2)]
    [('home',), ('home', '(nothing finer told)'), ('home', 'kitchen')]
    """
    found = [Node(path(leaf["levels"]), **{k: v for k, v in leaf.items() if k != "levels"}) for leaf in leaves]
    wholes = {node.path[:level] for node in found for level in range(1, len(node.path))}
    sums: dict[tuple[str, ...], Node] = {}
    for node in found:
        way = (*node.path, ITSELF) if node.path in wholes else node.path
        for level in range(1, min(depth, len(way)) + 1):
            sums[way[:level]] = sums.get(way[:level], Node(way[:level])) + node

    def place(node: Node) -> list[tuple[Decimal, str]]:
        return [(-sums[node.path[: level + 1]].net, name) for level, name in enumerate(node.path)]

    return sorted(sums.values(), key=place)


def path(levels: Sequence[str | None]) -> tuple[str, ...]:
    """The names of the levels down to the last one that is told."""
    names = levels[: levels.index(None)] if None in levels else levels
    return tuple(name for name in names if name is not None) or (NO_CATEGORY,)
