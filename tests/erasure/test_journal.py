"""Journals of erasures: written whole or not at all, and known to be unknown where they cannot be read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.commands.status import show_status
from flows.erasure import journal
from flows.leftovers import sweep
from flows.receipts import Erased
from flows.settings import Settings, load_settings

ERASED = Erased("20251101T060000Z-1a2b3c4d", "1a2b3c4d", datetime(2025, 11, 1, 6, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    return load_settings()


def test_killed_while_a_journal_is_written_the_one_before_holds_and_the_draft_goes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accident: an empty draft was taken for a journal, and nobody could be forgotten any more."""
    journal.write(settings, ERASED)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(os, "fdopen", lambda *_: os._exit(7))
        try:
            journal.write(settings, ERASED)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert len(list(journal.folder(settings).iterdir())) == 2
    assert journal.unfinished(settings) == journal.of_subject(settings, "1a2b3c4d") == [ERASED]
    sweep(settings)
    assert list(journal.folder(settings).iterdir()) == [journal.path_of(settings, ERASED)]


def test_who_may_not_read_journals_is_told_that_erasures_are_not_known(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Regression: they are their owner's alone, and `shopflow status` of another account ended with a traceback."""
    journal.write(settings, ERASED)
    show_status()
    assert f"not finished    erasure {ERASED.erasure_id}: " in capsys.readouterr().out
    path, read = journal.path_of(settings, ERASED), Path.read_bytes

    def refused(asked: Path) -> Any:
        if asked == path:
            raise PermissionError(13, "Permission denied", str(path))
        return read(asked)

    monkeypatch.setattr(Path, "read_bytes", refused)
    show_status()
    told = capsys.readouterr().out
    assert f"erasures        not known: {path} cannot be read: Permission denied\n" in told
    assert "Prefect server" in told
