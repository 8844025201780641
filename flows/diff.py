"""Diff: how the marts would change by the models as they are now, seen from those of an earlier commit."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.builds import parsed
from flows.builds.results import FAILED, sentence
from flows.differences.checkout import MODELS, base_of, is_same, models_at
from flows.differences.found import Difference, MartDifference
from flows.differences.models import models_of
from flows.differences.rows import demo_rows, require_rows, rows_of
from flows.differences.selection import select
from flows.errors import BuildFailed
from flows.settings import PROJECT, Settings
from flows.story import count_of
from flows.transform import transform

EVENTS = 100_000
OURS = "the models as they are now"


def diff(
    name: str | None,
    settings: Settings,
    *,
    of_home: bool = False,
    events: int = EVENTS,
    project: Path = PROJECT,
    say: Callable[[str], None] = lambda text: None,
) -> Difference:
    """Build what differs since the commit `name`, and what hangs on it, with its models and ours; compare the marts.

    `name` is anything that git takes for a commit, None the main branch; see `checkout.base_of`. Both are built from a
    demo shop of `events` events, or from the rows of the settings' own home, in DuckDB files below a temporary folder:
    the home, its warehouse and the checkout stay as they are. Models that nothing tells apart are not built, unless
    something that is built reads them. `say` is told what goes on. Tests of the models are not run.

    Raises DiffRefused where there is nothing to compare with, BuildFailed naming the side, the model and dbt's words
    where one of the two does not build, WarehouseError where a run holds the home's warehouse.

    >>> diff("main", settings).marts[0].rows_changed  # doctest: +SKIP
    12
    """
    base = base_of(project, name)
    if of_home:
        require_rows(settings)
    with TemporaryDirectory(prefix="shopflow-diff-") as folder:
        before, after = (_apart(settings, Path(folder, side)) for side in ("before", "after"))
        ours, theirs = project / MODELS, models_at(project, base, Path(folder))
        if is_same(ours, theirs):
            return Difference(base, is_untouched=True)
        was = f"the models of {base.name} ({base.short})"
        say(f"reading the models, and {was}")
        with _said_of(was):
            old = models_of(parsed(before, theirs))
        with _said_of(OURS):
            new = models_of(parsed(after, ours))
        selection = select(old, new)
        if not selection:
            return Difference(base)
        say("loading rows")
        rows = rows_of(settings, before) if of_home else demo_rows(before, events)
        say(f"building {count_of(len(selection.before), 'model')} with {was}")
        with _said_of(was):
            _build(before, theirs, selection.before)
        after.home.mkdir(exist_ok=True)  # where dbt has parsed
        shutil.copy(before.warehouse_path, after.warehouse_path)
        say(f"building {count_of(len(selection.after), 'model')} with {OURS}")
        with _said_of(OURS):
            _build(after, ours, selection.after)
        say("comparing the marts")
        marts = {name for models in (old, new) for name, model in models.items() if model.is_mart}
        keys = {name: (new.get(name) or old[name]).key for name in sorted(marts)}
        built = {before: {*selection.before} & {*selection.after, *selection.removed}, after: {*selection.after}}
        differences = _compared(before, after, keys, built)
        return Difference(base, rows=rows, selection=selection, marts=differences)


def _apart(settings: Settings, home: Path) -> Settings:
    return settings.model_copy(update={"home": home, "target": "duckdb", "lake": "lake"})


def _build(settings: Settings, project: Path, models: Sequence[str]) -> None:
    if models:
        transform(settings, verb="run", project=project, models=models)


@contextmanager
def _said_of(models: str) -> Iterator[None]:
    try:
        yield
    except BuildFailed as error:
        is_node = any(node.status in FAILED for node in error.nodes)
        told = sentence(error.nodes) if is_node else str(error)  # without the place of its SQL, which is gone by then
        raise BuildFailed(f"{models} do not build: {told}", error.nodes) from error


def _compared(
    before: Settings, after: Settings, keys: Mapping[str, tuple[str, ...]], built: Mapping[Settings, Set[str]]
) -> tuple[MartDifference, ...]:
    from flows.warehouse.duck_compare import compared, set_aside

    for settings, models in built.items():
        set_aside(settings, sorted(keys.keys() & models))
    with compared(before, after) as comparison:
        return tuple(comparison.of(mart, key) for mart, key in keys.items() if any(mart in of for of in built.values()))
