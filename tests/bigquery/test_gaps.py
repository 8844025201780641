"""Each gap between the plain emulator and BigQuery is still there, and closed in ours.

When a check passes on the plain emulator, upstream has closed the gap: drop it from its module in `emulator/gaps`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.start import PROJECT_FOLDER, Emulator
from emulator.start import emulator as started
from tests.bigquery.gaps import CHECKS
from tests.bigquery.wire import Wire

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]
# `extensions` is closed in the plain one too, which would not start; `decorators` is of help to others; the Storage
# API, which `reading` mends, needs a client that nothing of ours uses.
WITHOUT_CHECKS = {"__init__", "extensions", "decorators", "reading"}


@pytest.fixture(scope="module")
def plain(emulator_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """bqemulator as it is."""
    with started(emulator_python, "--plain", log=tmp_path_factory.mktemp("plain") / "log") as running:
        yield running


@pytest.mark.parametrize("name", CHECKS)
def test_a_gap_is_closed(name: str, emulator: Emulator, tmp_path: Path) -> None:
    CHECKS[name](Wire(emulator, f"gap_{name}", tmp_path))


@pytest.mark.parametrize("name", CHECKS)
def test_a_gap_is_still_there_upstream(name: str, plain: Emulator, tmp_path: Path) -> None:
    wire = Wire(plain, f"gap_{name}", tmp_path)
    with pytest.raises((Exception, pytest.fail.Exception)):
        CHECKS[name](wire)


def test_every_gap_has_a_check() -> None:
    modules = {file.stem for file in (PROJECT_FOLDER / "emulator/gaps").glob("*.py")}
    assert modules - WITHOUT_CHECKS == {name.split("__")[0] for name in CHECKS}
