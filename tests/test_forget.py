"""A person is forgotten: nothing of theirs is left below the home, and the marts are as if they had never come."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows import serving
from flows.erasure import wipe as wiping
from flows.erasure.journal import of_subject
from flows.errors import ErasureIncomplete, UnknownPerson
from flows.forget import forget, forget_secret
from flows.lake import Lake
from flows.pipeline import pipeline
from flows.server import Server
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.forgotten_shop import GONE, IDS, rows, shop, write
from tests.ran import Ran
from tests.tables import rows_of_marts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]


@pytest.fixture(scope="module")
def made(run_flow: RunFlow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of two batches, and a home that has loaded them."""
    folder = tmp_path_factory.mktemp("made")
    load(run_flow, load_settings(home=folder / "home"), shop(folder / "with", with_gone=True))
    return folder


@pytest.fixture
def loaded(made: Path, settings: Settings, tmp_path: Path) -> Settings:
    """A home with two batches, in which the person is."""
    shutil.copytree(made / "with", tmp_path / "with")
    shutil.copytree(made / "home", settings.home, symlinks=True)
    return settings


def load(run_flow: RunFlow, settings: Settings, batches: list[Path]) -> None:
    for batch in batches:
        assert not run_flow(pipeline, settings, source=[str(batch)]).state.is_failed()


def holding(home: Path, *ids: str) -> list[str]:
    """Files that hold one of the ids, by their bytes."""
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return [str(path.relative_to(home)) for path in files if any(id.encode() in path.read_bytes() for id in ids)]


def test_nothing_is_left_and_the_marts_are_those_of_a_shop_without_the_person(
    run_flow: RunFlow, loaded: Settings, prefect_server: Server, tmp_path: Path
) -> None:
    never = load_settings(home=tmp_path / "never")
    load(run_flow, never, shop(tmp_path / "without", with_gone=False))
    assert rows_of_marts(loaded) != rows_of_marts(never)
    assert len(holding(loaded.home, *IDS)) > 5

    ran = run_flow(forget, loaded, user=SecretStr(GONE))

    assert ran.state.is_completed(), ran.state.message
    assert ran.steps == ["find", "erase", "transform", "publish", "wipe", "prove", "run"]
    assert rows_of_marts(loaded) == rows_of_marts(never)
    assert holding(loaded.home, *IDS) == []
    assert prefect_server.folder
    assert holding(prefect_server.folder, *IDS) == [], "Prefect was told whom"
    assert len(serving.versions(loaded)) == 1
    with open_warehouse(loaded) as warehouse:
        laws = "select sum(rows_read - accepted - quarantined - replayed - duplicates - erased) as gap, "
        (told,) = warehouse.query(laws + "sum(erased)::bigint as erased from ops.batches")
        assert told == {"gap": 0, "erased": 63}  # 60 events, a version of the user, two refused rows
        assert warehouse.query("select completed_at is not null as is_done from ops.erasures") == [{"is_done": True}]


def test_files_that_are_read_again_and_later_ones_do_not_bring_the_person_back(
    run_flow: RunFlow, loaded: Settings, tmp_path: Path
) -> None:
    run_flow(forget, loaded, user=SecretStr(GONE))
    before = rows_of_marts(loaded)
    anew = load_settings(home=tmp_path / "anew")
    anew.lake_folder.mkdir(parents=True)
    Lake(loaded.lake_folder).tombstones.rename(Lake(anew.lake_folder).tombstones)
    for batch in (tmp_path / "with" / "first", tmp_path / "with" / "second"):
        told = run_flow(pipeline, anew, source=[str(batch)]).story.validated
        assert told is not None
        assert sum(count.erased for count in told.counts) in (42, 21)
    assert rows_of_marts(anew) == before
    assert holding(anew.home, *IDS) == []
    again = run_flow(pipeline, anew, source=[str(write(tmp_path / "later", rows(GONE, IDS[1], 7)))])
    assert again.story.loaded is not None
    assert again.story.loaded.rows == {}
    assert rows_of_marts(anew) == before


def test_a_batch_says_the_same_of_itself_whether_it_lost_the_person_or_came_later(
    run_flow: RunFlow, loaded: Settings, tmp_path: Path
) -> None:
    run_flow(forget, loaded, user=SecretStr(GONE))
    question = (
        "select batch_id, rows_read, accepted, quarantined, duplicates, erased, event_dates, "
        "rows_by_table::json as rows_by_table, refused_by_reason::json as reasons from ops.batches order by batch_id"
    )
    with open_warehouse(loaded) as warehouse:
        lost = warehouse.query(question)
    anew = load_settings(home=tmp_path / "anew")
    anew.lake_folder.mkdir(parents=True)
    Lake(loaded.lake_folder).tombstones.rename(Lake(anew.lake_folder).tombstones)
    load(run_flow, anew, [tmp_path / "with" / "first", tmp_path / "with" / "second"])
    with open_warehouse(anew) as warehouse:
        assert warehouse.query(question) == lost


def test_what_was_cut_off_is_finished_by_the_same_command(
    run_flow: RunFlow, loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("flows.transform.transform", cut_off)
        assert run_flow(forget, loaded, user=SecretStr(GONE)).state.is_failed()
    with monkeypatch.context() as patch:
        patch.setattr(wiping, "wipe", cut_off)
        assert run_flow(forget, loaded, user=SecretStr(GONE)).state.is_failed()
    ran = run_flow(forget, loaded, user=SecretStr(GONE))
    assert ran.state.is_completed(), ran.state.message
    assert ran.story.erased is not None
    assert ran.story.erased.rows_in("raw") == ran.story.erased.rows_in("lake") == 61
    assert holding(loaded.home, *IDS) == []
    (only,) = of_subject(loaded, ran.story.erased.subject)
    once_more = run_flow(forget, loaded, user=SecretStr(GONE))
    assert once_more.steps == ["find", "erase", "prove", "run"]
    assert of_subject(loaded, only.subject) == [only], "the receipt is what it was"


def cut_off(*given: object, **named: object) -> None:
    raise OSError("cut off")


def skip(*given: object) -> list[object]:
    """What a fault leaves undone."""
    return []


FAULTS = {
    "the quarantine": "flows.erasure.refused_rows.take_out",
    "the lake": "flows.erasure.lake_rows.take_out",
    "older copies": "flows.serving.keep_only_current",
    "the warehouse's file": "flows.warehouse.duck.DuckWarehouse.write_anew",
    "a fresh copy": "flows.warehouse.duck_erase.keep_only",
}


@pytest.mark.parametrize("left_out", FAULTS)
def test_what_is_left_out_is_found_and_the_run_fails(
    run_flow: RunFlow, loaded: Settings, left_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(FAULTS[left_out], skip)
        ran = run_flow(forget, loaded, user=SecretStr(GONE))
    assert ran.state.is_failed()
    with pytest.raises(ErasureIncomplete, match="is still found in"):
        ran.state.result()
    assert ran.story.erased is not None
    assert ran.story.erased.completed_at is None
    assert run_flow(forget, loaded, user=SecretStr(GONE)).state.is_completed()
    assert holding(loaded.home, *IDS) == []


def test_nobody_of_that_id_is_one_sentence_and_changes_nothing(run_flow: RunFlow, loaded: Settings) -> None:
    before = sorted(path for path in loaded.lake_folder.rglob("*") if path.is_file())
    ran = run_flow(forget, loaded, user=SecretStr("nobody-of-that-id"))
    with pytest.raises(UnknownPerson, match="nobody of that id was ever seen in this home: nothing was changed"):
        ran.state.result()
    assert sorted(path for path in loaded.lake_folder.rglob("*") if path.is_file()) == before


def test_a_deployments_run_gets_the_id_in_a_secret_block_which_is_gone_once_nothing_is_left(
    run_flow: RunFlow, loaded: Settings, prefect_server: Server
) -> None:
    from prefect.blocks.system import Secret
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    missing = run_flow(forget_secret, loaded, secret="whom-to-forget")
    assert "no Secret block named whom-to-forget" in missing.state.message
    assert holding(loaded.home, *IDS)

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        Secret(value=GONE).save("whom-to-forget")
        ran = run_flow(forget_secret, loaded, secret="whom-to-forget")
        assert ran.state.is_completed(), ran.state.message
        assert client.read_flow_run(ran.story.run_id).parameters == {
            "secret": "whom-to-forget",
            "shared_devices": False,
        }
        with pytest.raises(ValueError, match="whom-to-forget"):
            Secret.load("whom-to-forget")
    assert holding(loaded.home, *IDS) == []
