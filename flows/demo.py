"""The demo shop: what a run without a source runs on."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flows.errors import SourceError, StorageError
from flows.settings import Settings

BESIDE_DEMO = (
    "this home also holds the demo shop, and the numbers are those of both: set SHOPFLOW_HOME to another folder "
    "for yours alone, or begin anew with make clean"
)


def demo_folder(settings: Settings) -> Path:
    """Where the demo shop's files lie, or would."""
    return settings.home / "demo"


def demo_home(settings: Settings) -> Path:
    """The home of the deployment `demo`: below this one, and apart from the shop's own numbers."""
    return settings.home / "demo_home"


def demo_files(settings: Settings) -> list[str]:
    """The folder of the demo shop's files as a list of sources, made if it is not there: a month of 100,000 events.

    Always the same bytes. A run that was killed while it made them leaves nothing that the next one would take for
    the shop, and of two that make it at once the first one's stays. Raises StorageError if the disk refuses, and
    SourceError where a shop's own data was loaded here and the demo never was: nobody wants to see the sum of both.
    """
    folder = demo_folder(settings)
    if not folder.exists():
        if _holds_a_shop(settings):
            raise SourceError(
                "no source was given, and a shop's own data is loaded here, which is no place for the demo shop: name "
                "files (--source), or set SHOPFLOW_HOME to an empty folder for the demo"
            )
        _make(folder)
    return [str(folder)]


def _holds_a_shop(settings: Settings) -> bool:
    from flows.warehouse import open_warehouse

    if settings.target == "duckdb" and not settings.warehouse_path.exists():
        return False
    with open_warehouse(settings) as warehouse:
        return bool(warehouse.query("select batch_id from ops.batches limit 1"))


def _make(folder: Path) -> None:
    from flows.generate import generate

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".demo-", dir=folder.parent, ignore_cleanup_errors=True) as draft:
            made = Path(draft) / folder.name
            generate(made)
            made.rename(folder)
    except OSError as error:
        if not folder.exists():
            raise StorageError(f"{folder} cannot be written: {error.strerror or error}") from error
