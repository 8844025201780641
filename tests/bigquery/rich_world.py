"""A small world that has all that worlds are made of: copies, late rows, robots, midnights, versions."""

from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as drawn

from tests.worlds import World, worlds


def a_rich_world(*acts: str) -> World:
    """Of some worlds the one with events on most days, of these types if any are named.

    Another process may get another world: the seed alone does not settle what Hypothesis draws.
    """
    found: list[World] = []

    @seed(7)
    @drawn(
        max_examples=60, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(worlds())
    def draw(world: World) -> None:
        found.append(world)

    draw()

    def days(world: World) -> int:
        return len({row["event_date"] for row in world["events"] if not acts or row["event_type"] in acts})

    return max(found, key=days)
