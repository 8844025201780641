"""Is what is installed what shopflow was made for?"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib import metadata

from flows.errors import SettingsError
from flows.settings import Settings

SHOWN = ("duckdb", "dbt-core", "prefect", "soda-core")
SHOWN_OF = {
    "duckdb": ("dbt-duckdb", "soda-duckdb"),
    "bigquery": ("dbt-bigquery", "google-cloud-bigquery", "google-cloud-storage", "soda-bigquery"),
}


def look(settings: Settings) -> str:
    """The versions that matter most. Raises SettingsError naming every library that lacks or is another one."""
    if wrong := list(_wrong(settings)):
        extra = "[bigquery]" if settings.target == "bigquery" else ""
        raise SettingsError(f"{'; '.join(wrong)}: `pip install -e '.{extra}'` mends it")
    shown = (f"{name} {metadata.version(name)}" for name in (*SHOWN, *SHOWN_OF[settings.target]))
    return ", ".join([f"Python {platform.python_version()}", *shown])


def _wrong(settings: Settings) -> Iterator[str]:
    from packaging.requirements import Requirement

    extra = "bigquery" if settings.target == "bigquery" else ""
    for line in metadata.requires("shopflow") or ():
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield f"{wanted.name} is not installed"
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            yield f"{wanted.name} is {found}, shopflow needs {wanted.specifier}"
