"""BigQuery and Cloud Storage as emulators, and settings that name them.

There is one pair in each worker that has tests of theirs. Two have: xdist groups `bigquery` and `bigquery again`, with
half of the work each. As one group they took as long as all other tests together.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from emulator.asking import SqlLibrary, asking
from emulator.start import Emulator
from emulator.start import emulator as started
from flows.builds import project
from flows.settings import PREFIX, Settings, load_settings
from tests.bigquery import parsing

if TYPE_CHECKING:
    from tests.bigquery.laid import Shop

# Beside the environment of the tests, as the Makefile makes it.
ENVIRONMENT = Path(os.environ.get("SHOPFLOW_TEST_EMULATOR", f"{sys.prefix}-emulator"))


@pytest.fixture(scope="session")
def emulator_python() -> Path:
    """The python of the emulator's environment."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        pytest.skip(f"the emulator is not installed: `make {ENVIRONMENT.name}/.installed`, or `make test`, does it")
    return python


@pytest.fixture(scope="session")
def emulator(emulator_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """BigQuery and Cloud Storage on free ports, with an empty bucket `lake`."""
    with started(emulator_python, log=tmp_path_factory.mktemp("emulator") / "log") as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def really_parse() -> Iterator[Any]:
    """What dbt's project is parsed by, while all others get it parsed once for all prefixes."""
    really = project._parse
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "_parse", parsing.once(really))
        yield really


@pytest.fixture
def cloud(
    emulator: Emulator, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of a shop on the emulator, its datasets and its part of the bucket no other test's."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.storage)
    # All of one length, so that dbt's project is parsed once for them.
    words = re.sub(r"\W+", "_", request.node.name.lower())[:30].strip("_").ljust(30, "x")
    name = f"{words}_{crc32(request.node.nodeid.encode()):08x}"  # tests of one name differ in what they are given
    return load_settings(
        target="bigquery",
        home=tmp_path / "home",
        lake=f"gs://lake/{name}",
        bigquery_endpoint=emulator.endpoint,
        bigquery_project=emulator.project,
        bigquery_dataset_prefix=f"{name}_",
    )


@pytest.fixture
def shop(cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Shop]":
    """An empty shop, which is the one that the dashboard reads."""
    from dashboards import published
    from tests.bigquery.laid import Shop

    told = {name: getattr(cloud, name) for name in cloud.model_fields_set}
    for name, value in told.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))
    yield Shop(cloud, tmp_path)
    published._jobs.clear()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sql_library(emulator_python: Path) -> Iterator[SqlLibrary]:
    """Google's SQL library in a process of its own."""
    with asking(emulator_python) as library:
        yield library


@pytest.fixture(scope="session")
def analyzer(sql_library: SqlLibrary) -> SqlLibrary:
    """`analyzer.check(sql, tables)` tells what BigQuery would not understand, None if it is nothing."""
    return sql_library


@pytest.fixture(scope="session")
def evaluator(sql_library: SqlLibrary) -> SqlLibrary:
    """`evaluator.rows(sql, tables_with_rows)` gives what the SQL means."""
    return sql_library
