"""What is taken out of lake and raw tables, what is not, and that both tell the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from flows.audit import audit
from flows.checks.manifest import read_manifest
from flows.checks.tombstones import read_tombstones
from flows.erasure.erase import erase, find
from flows.erasure.traces import traces
from flows.errors import ShopflowError
from flows.lake import Lake
from flows.land import land
from flows.load import load
from flows.quarantine import refused_rows
from flows.receipts import Erased, FileFate, Receipt
from flows.settings import Settings, load_settings
from flows.validate import validate
from flows.warehouse import open_warehouse

Row = dict[str, Any]
LEDGER = (
    "select batch_id, rows_read, accepted, quarantined, duplicates, erased, event_dates, "
    "rows_by_table, refused_by_reason from ops.batches order by batch_id"
)

JSON = ("rows_by_table", "refused_by_reason")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", max_refused_share=1.0)


def event(number: int, day: int = 1, **more: Any) -> Row:
    at = f"2025-11-0{day}T10:00:00Z"
    return {"event_id": f"e{number}", "event_type": "page_view", "event_timestamp": at, **more}


def loaded(settings: Settings, folder: Path, *batches: list[Row]) -> None:
    folder.mkdir(exist_ok=True)
    for number, rows in enumerate(batches):
        path = folder / f"events{number}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        load(validate(land([path], settings), settings), settings)


def forgotten(settings: Settings, user: str, **how: Any) -> Erased:
    return erase(settings, find(settings, user, **how))


def ids(settings: Settings) -> list[str]:
    with open_warehouse(settings) as warehouse:
        return [row["event_id"] for row in warehouse.query("select event_id from raw.events order by all")]


@pytest.mark.slow
def test_rows_before_the_sign_in_go_from_all_batches_and_nobody_elses(settings: Settings, tmp_path: Path) -> None:
    loaded(
        *(settings, tmp_path),
        [event(1, user_id="gone", anonymous_id="phone"), event(2, anonymous_id="tv"), event(3, user_id="stays")],
        [event(4, 2, anonymous_id="phone"), event(5, 2, anonymous_id="laptop"), event(6, 2, user_id="gone-too")],
        [event(7, 3, user_id="gone", anonymous_id="laptop", country="nowhere"), event(8, 3, user_id="stays")],
    )
    erased = forgotten(settings, "gone")
    assert ids(settings) == ["e2", "e3", "e6", "e8"], "the laptop was seen with the user in a refused row only"
    assert (erased.devices, erased.shared_devices, erased.matched) == (2, 0, {"fields": 1})
    assert list(refused_rows(Lake(settings.lake_folder))) == []
    assert [str(day) for day in erased.event_dates] == ["2025-11-01", "2025-11-02"]


def test_a_device_with_other_users_keeps_its_rows_without_a_user_unless_it_is_asked_for(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [
        event(1, user_id="gone", anonymous_id="family"),
        event(2, user_id="stays", anonymous_id="family"),
        event(3, anonymous_id="family"),
    ]
    loaded(settings, tmp_path, rows)
    erased = forgotten(settings, "gone")
    assert ids(settings) == ["e2", "e3"]
    assert (erased.devices, erased.shared_devices, erased.kept_rows) == (0, 1, 1)
    forgotten(settings, "gone", with_shared_devices=True)
    assert ids(settings) == ["e2"]
    tombstones = read_tombstones(Lake(settings.lake_folder))
    assert tombstones is not None
    assert (len(tombstones.users), tombstones.devices) == (1, frozenset()), "others may be met on it again"


def test_somebody_who_is_only_in_the_quarantine_is_found(settings: Settings, tmp_path: Path) -> None:
    loaded(settings, tmp_path, [event(1, user_id="stays"), event(2, user_id="gone", country="nowhere")])
    assert forgotten(settings, "gone").rows_in("quarantine") == 1
    assert list(refused_rows(Lake(settings.lake_folder))) == []


def test_what_earlier_versions_quoted_from_files_without_a_header_goes_with_anybody(
    settings: Settings, tmp_path: Path
) -> None:
    loaded(settings, tmp_path / "in", [event(1, user_id="u1"), event(2, user_id="u2")])
    said = "has no known columns (it has Anna (Ann), Berlin); what can be read is events in csv (event_id)"
    at = datetime(2026, 11, 25, tzinfo=UTC)
    quoted = FileFate("1" * 64, "/in/a.csv", "a.csv", 7, "refused", reason=said, landed_at=at)
    other = replace(quoted, sha256="2" * 64, path="/in/b.csv", reason="is empty: there is nothing to load")
    detail = {"refused_files": {"/in/a.csv": said, "/in/c.csv": said.replace("Anna", 'An"na')}}
    with open_warehouse(settings) as warehouse:
        warehouse.note_files([quoted, other])
        warehouse.record([Receipt("r1", None, "collect", at, 1.0, "completed", detail=detail)])
    forgotten(settings, "u1")
    with open_warehouse(settings) as warehouse:
        reasons = warehouse.query("select reason from ops.files where verdict = 'refused' order by sha256")
        (told,) = warehouse.query("select detail from ops.receipts")
    assert [row["reason"] for row in reasons] == ["has no known columns", other.reason]
    clean = "has no known columns; what can be read is events in csv (event_id)"
    assert json.loads(told["detail"]) == {"refused_files": {"/in/a.csv": clean, "/in/c.csv": clean}}


@pytest.mark.parametrize("user", ["", "  "])
def test_an_empty_id_is_refused(user: str, settings: Settings) -> None:
    with pytest.raises(ShopflowError, match="the user's id is empty: say whom to forget"):
        find(settings, user)


PEOPLE = st.fixed_dictionaries(
    {"day": st.integers(1, 3)},
    optional={
        "user_id": st.sampled_from(["gone", "stays"]),
        "anonymous_id": st.sampled_from(["a", "b", "c"]),
        "country": st.sampled_from(["DE", "nowhere"]),
    },
)


@pytest.mark.slow
@examples(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(PEOPLE, min_size=1, max_size=8), min_size=1, max_size=3), shared=st.booleans())
def test_lake_and_ledger_are_those_of_files_that_come_after_the_tombstone(
    batches: list[list[Row]], shared: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    settings, anew = (load_settings(home=folder / name, max_refused_share=1.0) for name in ("lost", "anew"))
    # A row of the person's in any case, so that there is somebody; the batches differ from each other.
    rows = [
        [event(100, user_id="gone"), *(event(n + 10 * at, **person) for n, person in enumerate(batch))]
        for at, batch in enumerate(batches)
    ]
    loaded(settings, folder / "files", *rows)
    forgotten(settings, "gone", with_shared_devices=shared)
    anew.lake_folder.mkdir(parents=True)
    tombstones, lake = Lake(settings.lake_folder).tombstones, Lake(anew.lake_folder)
    lake.tombstones.write_bytes(tombstones.read_bytes())
    loaded(anew, folder / "files", *rows)
    if not shared:  # shared devices get no tombstone
        assert told(settings) == told(anew)
    assert audit(settings) == []
    with open_warehouse(settings) as warehouse:
        for batch in warehouse.query(LEDGER):
            manifest = read_manifest(Lake(settings.lake_folder), batch["batch_id"], "UTC")
            assert manifest is not None
            (count,) = manifest.counts
            assert (count.accepted, count.quarantined, count.erased) == (
                *(batch["accepted"], batch["quarantined"], batch["erased"]),
            )
            parts = ("accepted", "quarantined", "duplicates", "erased")
            assert batch["rows_read"] == sum(batch[part] for part in parts)
            assert list(manifest.event_dates) == batch["event_dates"]


def told(settings: Settings) -> list[Any]:
    """Ledger, rows of raw, rows of the lake and of the quarantine."""
    with open_warehouse(settings) as warehouse:
        ledger = [{**batch, **{name: json.loads(batch[name]) for name in JSON}} for batch in warehouse.query(LEDGER)]
        found: list[Any] = [ledger, warehouse.query("from raw.events order by all")]
    lake = Lake(settings.lake_folder)
    files = sorted(lake.accepted("events").glob("*.parquet"))
    found.append([(path.name, duckdb.sql(f"from '{path}' order by all").fetchall()) for path in files])
    found.append([(row.batch_id, row.line, row.raw) for row in refused_rows(lake)])
    return found


def test_bytes_are_found_in_data_files_anywhere_and_in_texts_as_words(tmp_path: Path) -> None:
    for name, content in {"a.parquet": "xxuser-4711yy", "b.log": "user-4711, and", "c.log": "user-47112"}.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "d.csv").write_text("user-4711")
    found = traces(tmp_path, ["user-4711", "7"], [tmp_path / "sources"])
    assert {path.name: number for path, number in found} == {"a.parquet": 1, "b.log": 1}
