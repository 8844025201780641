"""dbt's command line, as a pure function of the settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from flows.gcp import project_of
from flows.receipts import Changes
from flows.settings import PROJECT, Settings

TRANSFORMS = PROJECT / "transforms"


def command(
    verb: str,
    settings: Settings,
    changes: Changes | None = None,
    *,
    project: Path | None = None,
    models: Sequence[str] = (),
) -> list[str]:
    """dbt's arguments for a verb: every artifact below `settings.dbt_target_path`, nothing on the console.

    `build`, `run`, `parse` and `compile` are dbt's own; `test` builds the keys of what changed and tests what was built
    by them.

    The settings go to `transforms/profiles.yml` as vars, not through the environment, which other threads read. Unit
    tests speak about the models, not about the data: they run in the project's own tests, not in every build.

    Of `changes` only the days and keys that they touch are built; without them, or where they are not enough, all.
    `project` is the folder of the dbt project, ours unless given; `models` are the only ones that are built.

    >>> command("build", Settings())[-1]
    'unit_test'
    """
    is_test, folder = verb == "test", str(project or TRANSFORMS)
    arguments = [
        *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-use-colors", "--no-write-json"),
        *("--no-version-check", "--no-send-anonymous-usage-stats"),
        "build" if is_test else verb,
        *("--project-dir", folder, "--profiles-dir", folder),
        *("--target", settings.target, "--target-path", str(settings.dbt_target_path)),
        *("--log-path", str(settings.dbt_target_path / "logs")),
        *("--vars", json.dumps(variables(settings) | increment(changes))),
    ]
    if verb in ("build", "test"):
        arguments += ["--exclude-resource-type", "unit_test"]
    if is_test:  # the keys, too: which rows a test looks at is told by those of all chunks, not of the last one
        arguments += ["--select", "test_type:data", "int_changed_*", "int_corrected_dates"]
    if models:
        arguments += ["--select", *models]
    return arguments


def increment(changes: Changes | None) -> dict[str, list[str]]:
    """The vars of `transforms/macros/increment`: none of them means that everything is built.

    >>> increment(Changes(("b1",), (date(2025, 11, 3),)))["touched_dates"]
    ['2025-11-03']
    """
    if changes is None or changes.is_whole:
        return {}
    return {
        "touched_dates": [day.isoformat() for day in changes.touched_dates],
        "recategorised_dates": [day.isoformat() for day in changes.recategorised_dates],
        "pending_batches": list(changes.batches),
        "backfilled_dates": [day.isoformat() for day in changes.backfilled_dates],
    }


def variables(settings: Settings) -> dict[str, str]:
    """The settings that `transforms/profiles.yml` and the macros read.

    >>> variables(Settings(memory_limit="2GB"))["memory_limit"]
    '1600MB'
    """
    of_both = {"reporting_timezone": settings.reporting_timezone}
    if settings.target == "bigquery":
        return of_both | {
            "project": project_of(settings),
            "location": settings.bigquery_location,
            "dataset_prefix": settings.bigquery_dataset_prefix,
            "endpoint": settings.bigquery_endpoint,
            "max_bytes": str(int(settings.bigquery_max_gigabytes * 10**9)),
            "labels": json.dumps(settings.labels),
        }
    return of_both | {
        "home": str(settings.home.resolve()),
        "threads": str(settings.threads),
        "memory_limit": _beside_python(settings.memory_limit),
    }


def _beside_python(limit: str) -> str:
    # Over 10 million events DuckDB took 240 MB more than its limit, and dbt and Prefect take 300 MB beside it: a fifth
    # less keeps the whole run within a third more than the setting. It cost no time.
    number, unit = int(limit[:-2]), limit[-2:]
    return f"{number * (1000 if unit == 'GB' else 1) * 4 // 5}MB"
