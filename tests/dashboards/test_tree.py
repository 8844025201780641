"""A tree of categories: every whole is the sum of its parts."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboards.tree import Node, tree

names = st.sampled_from(["a", "b", None])
leaves = st.fixed_dictionaries(
    {
        "levels": st.tuples(names, names, names),
        "units": st.integers(0, 9),
        "net": st.decimals(-9, 9, places=4),
        "views": st.integers(0, 9),
        "purchases": st.integers(0, 9),
    }
)


def sums(nodes: list[Node]) -> tuple[int, Decimal, int, int]:
    whole = sum(nodes, Node(()))
    return whole.units, whole.net, whole.views, whole.purchases


@given(st.lists(leaves, unique_by=lambda leaf: leaf["levels"]), st.integers(1, 3))
def test_every_whole_is_the_sum_of_its_parts_which_follow_it(found: list[dict[str, Any]], depth: int) -> None:
    nodes = tree(found, depth)
    told = Node((), *(sum(leaf[of] for leaf in found) for of in ("units", "net", "views", "purchases")))
    assert sums([node for node in nodes if len(node.path) == 1]) == sums([told])
    assert len({node.path for node in nodes}) == len(nodes)
    for place, node in enumerate(nodes):
        below = [other for other in nodes if other.path[:-1] == node.path]
        assert not below or sums(below) == sums([node])
        assert [other.net for other in below] == sorted((other.net for other in below), reverse=True)
        inside = [other for other in nodes if other.path[: len(node.path)] == node.path]
        assert nodes[place : place + len(inside)] == inside
