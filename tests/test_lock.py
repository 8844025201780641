"""One writer at a time per home: the next one waits, says for whom, and never waits for a dead process."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.errors import HomeHeld, StorageError
from flows.lock import at_work, locked
from flows.settings import PROJECT, Settings, load_settings

HOLD = """
import sys
from flows.lock import at_work, locked
from flows.settings import load_settings
with locked(load_settings(home=sys.argv[1]), "replay"):
    print("holding", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home until it is told a line."""
    command = [sys.executable, "-c", HOLD, str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def end(holder: subprocess.Popen[str]) -> None:
    assert holder.stdin is not None
    holder.stdin.write("end\n")
    holder.stdin.flush()


def test_whoever_comes_second_says_for_whom_it_waits_and_goes_on_when_that_one_has_ended(
    holder: subprocess.Popen[str], settings: Settings
) -> None:
    told: list[str] = []

    def tell(why: str) -> None:
        told.append(why)
        end(holder)

    with locked(settings, on_wait=tell):
        assert holder.wait(timeout=10) == 0
    (sentence,) = told
    assert re.fullmatch(
        rf"another replay \(pid {holder.pid}, since \d\d:\d\d:\d\d UTC\) holds {settings.home}; waiting", sentence
    )


def test_waiting_has_an_end_and_nothing_was_begun_then(holder: subprocess.Popen[str], settings: Settings) -> None:
    impatient = load_settings(home=settings.home, lock_wait_seconds=0)
    with pytest.raises(
        HomeHeld,
        match=rf"another replay \(pid {holder.pid}, since .*\) holds {settings.home}: run again when it has ended",
    ) as caught:
        locked(impatient).__enter__()
    assert caught.value.exit_code == 75


def test_a_process_that_was_killed_holds_nothing(holder: subprocess.Popen[str], settings: Settings) -> None:
    holder.kill()
    holder.wait()
    assert json.loads((settings.home / "run.lock").read_text())["pid"] == holder.pid
    with locked(load_settings(home=settings.home, lock_wait_seconds=0)):
        pass
    assert (settings.home / "run.lock").read_text() == ""


def test_a_glance_tells_who_is_at_work(holder: subprocess.Popen[str], settings: Settings) -> None:
    told = at_work(settings)
    assert told is not None
    assert (told.what, told.pid) == ("replay", holder.pid)


def test_a_glance_leaves_the_lock_of_a_home_alone_where_nobody_is(
    holder: subprocess.Popen[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is held for a look, however shortly, could turn away a run that waits for nobody."""
    holder.kill()
    holder.wait()
    monkeypatch.setattr(fcntl, "flock", lambda *_: pytest.fail("the lock was touched"))
    assert at_work(settings) is None
    (settings.home / "run.lock").write_text("")
    assert at_work(settings) is None
    (settings.home / "run.lock").unlink()
    assert at_work(settings) is None


def test_a_block_that_fails_gives_the_home_free(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), locked(settings):
        raise ZeroDivisionError
    with locked(load_settings(home=settings.home, lock_wait_seconds=0)):
        pass


def test_the_lock_of_a_home_that_was_removed_meanwhile_keeps_nobody_out_and_is_taken_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make clean` while a run waits: it must not go on beside one that makes the home anew."""
    path, really, locks = settings.home / "run.lock", fcntl.flock, []

    def flock(handle: Any, how: int) -> None:
        really(handle, how)
        locks.append(how)
        if len(locks) == 1:
            path.unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(settings):
        assert len(locks) == 2
        assert path.exists()


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StorageError, match=r"cannot write in .*home: File exists"):
        locked(load_settings(home=tmp_path / "home")).__enter__()


def test_the_backup_that_the_docs_tell_restores_under_the_lock_and_leaves_it_what_it_is(tmp_path: Path) -> None:
    """The accident: `tar` put another run.lock in the place of the one that a run held: two wrote at once."""
    page = (PROJECT / "docs/how_to/back_up.md").read_text("utf-8")
    backup, restore = re.findall(r"^flock .*$", page, re.MULTILINE)
    lake, lock = tmp_path / "home/lake/rows", tmp_path / "home/run.lock"
    lake.parent.mkdir(parents=True)
    lake.write_text("then")

    def done(command: str) -> bool:
        at_once = command.replace("flock ", "flock --nonblock ", 1)
        return subprocess.run(["bash", "-c", f"home={tmp_path}/home; {at_once}"], cwd=tmp_path).returncode == 0

    assert done(backup)
    lake.write_text("now")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not done(restore)
        assert lake.read_text() == "now", "nothing was touched while a run was at work"
        mine = lock.stat().st_ino
    assert done(restore)
    assert (lake.read_text(), lock.stat().st_ino) == ("then", mine)
