"""Logs of background processes stay within their limit while they are written."""

from __future__ import annotations

from flows.duties import duties
from flows.duties.logs import cut
from flows.settings import Settings


def test_a_log_that_is_too_long_keeps_its_last_lines_and_goes_on(settings: Settings) -> None:
    """The accident: the worker's log got all that every run said, and was cut at the worker's start alone."""
    settings.prefect_home.mkdir(parents=True)
    long, short = settings.prefect_home / "worker.log", settings.prefect_home / "server.log"
    short.write_text("short\n")
    with long.open("ab", buffering=0) as worker:
        for number in range(1000):
            worker.write(f"line {number}\n".encode())
        assert list(cut(settings, 1000)) == ["worker.log was over 1,000 bytes: only its end is kept"]
        worker.write(b"after\n")
    kept = long.read_text().splitlines()
    assert kept[:-1] == [f"line {number}" for number in range(1000 - len(kept) + 1, 1000)]
    assert (kept[-1], short.read_text()) == ("after", "short\n")
    assert 400 < long.stat().st_size < 1000
    assert list(cut(settings, 1000)) == []


def test_a_watcher_looks_after_them(settings: Settings) -> None:
    assert "the logs" in [duty.name for duty in duties(settings)]
