"""The parsed project: made once per process, also ahead of time in another thread."""

from __future__ import annotations

import gc
import hashlib
import json
import threading
from pathlib import Path
from typing import Any

from flows.builds import kept
from flows.builds.command import TRANSFORMS, command, variables
from flows.builds.kept import files_of
from flows.builds.lighter import work_lightly
from flows.builds.unheard import name_no_sources
from flows.errors import BuildFailed
from flows.settings import Settings

_parsed: dict[str, Any] = {}
_lock = threading.Lock()


def fingerprint() -> str:
    """A short word for the models as they are: another word means that marts built before have to be built anew.

    Everything counts that dbt reads, so that a changed test is a whole build, too; nobody has to think of which change
    is harmless.
    """
    told = hashlib.sha256()
    for path in files_of(TRANSFORMS):
        told.update(f"{path.relative_to(TRANSFORMS)}\0".encode() + path.read_bytes() + b"\0")
    return told.hexdigest()[:16]


def parsed(settings: Settings, project: Path | None = None) -> Any:
    """dbt's manifest of the project for the settings' target; of ours, unless another one's folder is given. Where a
    file of DuckDB lies makes no difference to it; BigQuery's project and datasets do: they are in the tables' names.

    The first call imports dbt and reads the manifest that is kept beside the project, or parses, which takes seconds.
    Any thread may call it; whoever comes while another one parses, waits. Opens no database. Python collects garbage
    less often from then on, and dbt works as `unheard` and `lighter` say. Raises BuildFailed in dbt's own words if
    the project cannot be parsed; the next call then tries again.
    """
    with _lock:
        place = _place(settings)
        key = str(kept.place_of(project, settings.target, place)) if project else place
        if key not in _parsed:
            # dbt makes hundreds of thousands of objects that stay: to go through all of them every 700 new ones took a
            # sixth of this time, and goes on taking some of each build.
            gc.set_threshold(50_000, 20, 100)
            name_no_sources()
            work_lightly()
            _parsed[key] = _kept(settings, place, project)
        return _uncompiled(_parsed[key])


def _kept(settings: Settings, place: str, project: Path | None) -> Any:
    arguments = command("parse", settings, project=project)
    if settings.bigquery_endpoint:  # that of an emulator, which is another one at each start
        return _parse(arguments)
    folder = Path(arguments[arguments.index("--project-dir") + 1])
    path = kept.place_of(folder, settings.target, place)
    if (manifest := kept.read(path)) is None:
        kept.keep(path, manifest := _parse(arguments))
    return manifest


def _parse(arguments: list[str]) -> Any:
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(arguments)
    if not outcome.success:
        raise BuildFailed(f"the dbt project cannot be read: {' '.join(str(outcome.exception).split())}")
    return outcome.result


def _place(settings: Settings) -> str:
    return json.dumps(variables(settings)) if settings.target == "bigquery" else settings.target


def _uncompiled(manifest: Any) -> Any:
    # A build leaves its compiled SQL in the nodes; the next one would take an ephemeral model for put in already.
    for node in manifest.nodes.values():
        if getattr(node, "compiled", False):
            node.compiled, node.compiled_code, node.extra_ctes, node.extra_ctes_injected = False, None, [], False
    return manifest
