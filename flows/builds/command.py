"""dbt's command line and environment, as pure functions of the settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.settings import PREFIX, PROJECT, Settings

TRANSFORMS = PROJECT / "transforms"


def command(verb: str, settings: Settings, *, full_refresh: bool = False) -> list[str]:
    """dbt's arguments for `build` or `parse`: every artifact below `settings.dbt_target_path`, nothing on the console.

    Unit tests speak about the models, not about the data: they run in the project's own tests, not in every build.

    >>> command("build", Settings(), full_refresh=True)[-1]
    '--full-refresh'
    """
    arguments = [
        *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-use-colors", "--no-write-json"),
        *("--no-version-check", "--no-send-anonymous-usage-stats"),
        verb,
        *("--project-dir", str(TRANSFORMS), "--profiles-dir", str(TRANSFORMS)),
        *("--target", settings.target, "--target-path", str(settings.dbt_target_path)),
        *("--log-path", str(settings.dbt_target_path / "logs")),
    ]
    if verb == "build":
        arguments += ["--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments += ["--full-refresh"]
    return arguments


def variables(settings: Settings) -> dict[str, str]:
    """The settings that `transforms/profiles.yml` reads, as environment variables.

    >>> variables(Settings(threads=4))["SHOPFLOW_THREADS"]
    '4'
    """
    values = {"target": settings.target, "home": Path(settings.home).resolve(), "threads": settings.threads}
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items()} | {
        f"{PREFIX}MEMORY_LIMIT": settings.memory_limit
    }


@contextmanager
def environment(settings: Settings) -> Iterator[None]:
    """Within the block, dbt sees the settings as environment variables; afterwards they are as they were."""
    values = variables(settings)
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
