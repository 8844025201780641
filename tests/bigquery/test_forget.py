"""A person is forgotten on BigQuery and in a bucket: nothing is left, wherever the work was cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.checks.manifest import manifests
from flows.erasure.erase import find
from flows.erasure.journal import of_subject, unfinished
from flows.errors import ErasureIncomplete, UnknownPerson
from flows.lake import Lake
from flows.land import land
from flows.load import load
from flows.settings import Settings, load_settings
from flows.validate import validate
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery import BigQueryWarehouse
from tests.bigquery.forgetting import call_built, finished, forget, objects, places, proved, sent_to_bigquery, taken_out
from tests.bigquery.pair import MARTS, compare, differences, rebuild
from tests.bigquery.statements import refused_by, staged
from tests.bigquery.test_load import EVERY_DAY, Killed
from tests.books import Books
from tests.erasure.test_ledger import GOOD, LATE, USERS, correct, take
from tests.forgotten_shop import GONE, IDS, OTHER, rows, shop, write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

LEDGER = (
    "select batch_id, rows_read, accepted, quarantined, replayed, duplicates, erased, derived, replay_of, event_dates, "
    "rows_by_table, refused_by_reason from ops.batches order by batch_id"
)
JSON = ("rows_by_table", "refused_by_reason")


def put_in(settings: Settings, batches: list[Path]) -> None:
    for batch in batches:
        load(validate(land([str(batch)], settings), settings), settings)


def ledger(settings: Settings) -> list[dict[str, Any]]:
    with open_warehouse(settings) as warehouse:
        return [{**row, **{name: json.loads(row[name]) for name in JSON}} for row in warehouse.query(LEDGER)]


def test_nothing_is_left_and_the_marts_are_those_of_a_shop_without_the_person(
    cloud: Settings, emulator: Emulator, tmp_path: Path
) -> None:
    never = load_settings(home=tmp_path / "never")
    put_in(never, shop(tmp_path / "without", with_gone=False))
    rebuild(never)
    put_in(cloud, shop(tmp_path / "with", with_gone=True))
    rebuild(cloud)
    assert "marts.dim_users" in differences(compare(never, cloud, MARTS))
    assert len(places(cloud, *IDS)) > 10

    with sent_to_bigquery(emulator) as sent:
        erased = forget(cloud, GONE, is_built=True)

    assert [told for told in sent if any(id in told for id in IDS)] == [], "Google was told whom"
    assert differences(compare(never, cloud, MARTS)) == {}
    assert places(cloud, *IDS) == []
    assert erased.completed_at is not None
    assert (erased.rows_in("raw"), erased.rows_in("lake"), erased.rows_in("quarantine")) == (61, 61, 2)
    assert any("time travel" in note for note in erased.notes)
    assert any("soft delete" in note for note in erased.notes)
    with open_warehouse(cloud) as warehouse:
        assert warehouse.imbalances(thorough=True) == []
        assert warehouse.query("select completed_at is not null as is_done from ops.erasures") == [{"is_done": True}]

    anew = cloud.model_copy(update={"home": tmp_path / "container"})
    put_in(anew, [write(tmp_path / "later", rows(GONE, IDS[1], 7)), tmp_path / "with" / "first"])
    assert places(anew, *IDS) == [], "a later file, and one that is read again"
    once_more = forget(anew, GONE)
    assert once_more == of_subject(cloud, erased.subject)[0] == erased, "the receipt is what it was"


def test_on_duckdb_with_a_lake_in_a_bucket(cloud: Settings, tmp_path: Path) -> None:
    settings = cloud.model_copy(update={"target": "duckdb"})
    put_in(settings, shop(tmp_path / "with", with_gone=True))
    call_built(settings)
    before = objects(settings)
    with pytest.raises(UnknownPerson, match="nobody of that id was ever seen in this home: nothing was changed"):
        forget(settings, "nobody-of-that-id")
    assert objects(settings) == before
    erased = forget(settings, GONE)
    assert (erased.rows_in("raw"), erased.rows_in("lake"), erased.rows_in("quarantine")) == (61, 61, 2)
    assert places(settings, *IDS) == []
    new = [name for name in objects(settings) if name not in before]
    assert new == [f"erasures/{erased.erasure_id}.json", "tombstones.json"]


def test_on_bigquery_with_a_lake_in_a_folder_and_a_load_that_was_cut_off(
    cloud: Settings, emulator: Emulator, tmp_path: Path
) -> None:
    settings = cloud.model_copy(update={"lake": "lake"})
    (first, second) = shop(tmp_path / "with", with_gone=True)
    put_in(settings, [first])
    cut_off = validate(land([str(second)], settings), settings)
    with open_warehouse(settings) as warehouse:
        assert isinstance(warehouse, BigQueryWarehouse)
        warehouse.stage(cut_off, Lake.of(settings))
    call_built(settings)
    with sent_to_bigquery(emulator) as sent:
        erased = forget(settings, GONE)
    assert (erased.rows_in("raw"), erased.rows_in("lake"), erased.rows_in("quarantine")) == (41, 61, 2)
    assert [told for told in sent if any(id in told for id in IDS)] == [], "Google was told whom"
    put_in(settings, [second])
    assert places(settings, *IDS) == []
    with open_warehouse(settings) as warehouse:
        assert warehouse.imbalances(thorough=True) == []


def test_the_ledger_of_replays_and_corrections_is_that_of_duckdb(
    cloud: Settings, emulator: Emulator, analyzer: SqlLibrary, tmp_path: Path
) -> None:
    both = []
    for name, settings in (("duck", load_settings(home=tmp_path / "duck", max_refused_share=1)), ("cloud", cloud)):
        books, folder = Books(settings.model_copy(update={"max_refused_share": 1.0})), tmp_path / f"files-{name}"
        folder.mkdir()
        take(
            books,
            folder / "a.csv",
            *(kind.format(user, n, n) for user in USERS for n in (1, 2) for kind in (GOOD, LATE)),
        )
        take(books, folder / "b.csv", *(LATE.format(user, n, n) for user in USERS for n in (3, 3)))
        correct(books, folder, 1, (USERS[0], USERS[1]))
        if name == "cloud":
            books.ask("create table intermediate.int_changed_users as select 'u:nobody' as visitor_id")
        forget(books.settings, USERS[1])
        take(books, folder / "c.csv", *(LATE.format(user, 1, 1) for user in (USERS[0], USERS[2])))
        books.lenient().replay()
        forget(books.settings, USERS[0])
        both.append(
            (ledger(books.settings), books.ask("select * from ops.replays order by batch_id, source_file, line"))
        )
        assert places(books.settings, USERS[0]) == []
    assert both[0] == both[1]
    assert sum(row["erased"] for row in both[0][0]) > 4
    prefix = cloud.bigquery_dataset_prefix
    assert refused_by(analyzer, emulator, prefix, staged(emulator, prefix)) == {}


FAULTS: dict[str, tuple[Callable[..., Any], str]] = {
    "flows.erasure.lake_rows.replace_or_remove": (lambda *_: None, "lake/accepted"),
    "flows.warehouse.bigquery_erase._moved": (lambda _: [], r"dataset \S+raw \("),
    "flows.warehouse.bigquery_load.drop_all": (lambda _: None, r"dataset \S+lake \("),
    "flows.warehouse.bigquery_remains.empty_lists_of_changed": (lambda _: None, r"dataset \S+intermediate \("),
}


def test_what_is_left_out_is_found_and_the_same_command_mends_it(
    cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [somebody(number) for number in range(len(FAULTS))]
    put_in(cloud, [crowd(tmp_path / "crowd", people)])
    for person, (fault, (instead, place)) in zip(people, FAULTS.items(), strict=True):
        with open_warehouse(cloud) as warehouse:
            warehouse.query(f"create or replace table lake.cut_off as select * from raw.events where {EVERY_DAY}")
            warehouse.query(
                f"create or replace table intermediate.int_changed_visitors as select 'u:{person}' as visitor_id"
            )
        with monkeypatch.context() as patch:
            patch.setattr(fault, instead)
            with pytest.raises(ErasureIncomplete, match=f"is still found in .*{place}"):
                forget(cloud, person)
    assert len(unfinished(cloud)) == len(FAULTS)
    for person in people:
        taken_out(cloud, person)
    call_built(cloud)
    proved(cloud, people[-1])
    assert places(cloud, *people) == []
    assert len(unfinished(cloud)) == len(FAULTS) - 1


def crowd(folder: Path, people: list[str]) -> Path:
    """A batch of several people, each with the same rows, and of somebody who stays."""
    lines = [line for person in people for line in rows(person, device(person), 1, 2)]
    return write(folder, [*lines, *rows(OTHER, "device-of-other", 1, 2, 4, 6)])


def somebody(number: int) -> str:
    return f"user-{number:06}"


def device(person: str) -> str:
    return f"device-{person[-6:]}"


_CHANGES = re.compile(rb"insert into|update |delete from|truncate |upload", re.IGNORECASE)


@contextmanager
def killed_at_change(number: int) -> Iterator[list[str]]:
    """End the process at its change of lake or warehouse of that number: an odd one is done, and its answer not heard,
    an even one is not sent. Between changes nothing changes but the home."""
    really, changes = requests.Session.send, []

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        is_change = request.method != "GET" and (
            request.method != "POST" or "upload" in request.path_url or _CHANGES.search(body)
        )
        if is_change:
            changes.append(f"{request.method} {request.path_url.split('?')[0]}")
        is_last = is_change and len(changes) == number
        if is_last and number % 2 == 0:
            raise Killed
        answer = really(session, request, **how)
        if is_last:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield changes


def test_killed_at_any_change_the_same_command_ends_where_it_would_have(cloud: Settings, tmp_path: Path) -> None:
    """Each person is forgotten with another kill; half of them again from a new home, as a container's next run is."""
    duck, people = load_settings(home=tmp_path / "duck"), [somebody(number) for number in range(20)]
    for settings in (cloud, duck):
        put_in(settings, [crowd(tmp_path / settings.target, people)])
        call_built(settings)
    new = cloud.model_copy(update={"home": tmp_path / "new"})
    left, forgotten = iter(people), list[str]()
    for is_built in (False, True):
        for at in count(1):
            forgotten.append(next(left))
            if is_built:
                erased = taken_out(cloud, forgotten[-1])
                call_built(cloud)
            with suppress(Killed), killed_at_change(at) as changes:
                if is_built:
                    finished(cloud, find(cloud, forgotten[-1]), erased)
                else:
                    taken_out(cloud, forgotten[-1])
            (proved if is_built else taken_out)(new if at % 4 > 1 else cloud, forgotten[-1])
            if len(changes) < at:
                break
    assert len(forgotten) > 9
    call_built(cloud)
    ids = [*forgotten, *map(device, forgotten)]
    assert places(cloud, *ids) == places(new, *ids) == []
    for person in forgotten:
        taken_out(duck, person)
    assert ledger(cloud) == ledger(duck)
    every = f"select * except (batch_id) from raw.events where {EVERY_DAY} order by event_id"
    with open_warehouse(cloud) as warehouse, open_warehouse(duck) as local:
        assert warehouse.query(every) == local.query(every.replace("except", "exclude"))
        assert warehouse.imbalances(thorough=True) == []
        assert warehouse.query("select count(distinct subject) as n from ops.erasures") == [{"n": len(forgotten)}]
    assert [told.counts for told in manifests(Lake.of(cloud))] == [told.counts for told in manifests(Lake.of(duck))]
