"""What a reader waits for: each page of the dashboard in a real Chromium, beside an empty page of Streamlit.

A cold visit is a new session in a new browser context, with a warm server whose answers are kept, from navigation until
all is on the screen and stands still; the clock runs in the page. The two servers are asked in turn, so that whatever
else the machine does meets both.
"""

from __future__ import annotations

import os
import statistics
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import shopflow, timed
from benchmarks.pipeline_cost import shop
from benchmarks.report import Report
from benchmarks.visits import CLOCK, clicked, seconds, visit
from flows.commands.browser import STREAMLIT_OPTIONS
from flows.settings import PROJECT
from tests.dashboards.screenshots import PICTURES
from tests.dashboards.served import chromium, dashboard, served
from tests.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READERS = 20


def measure(report: Report, folder: Path, millions: list[float], repeat: int) -> None:
    """Every page over a shop of each size, in millions of events; what is made is kept in `folder`."""
    for million in millions:
        home = published(folder, int(million * 1_000_000))
        with dashboard(home) as address, page("empty") as empty, page("plain") as plain, chromium() as browser:
            for place in PICTURES.values():
                visit(browser, f"{address}/{place}")  # warm: the first reader of a publication asks the warehouse
            floors: list[list[dict[str, float]]] = [[], []]
            for name, place in PICTURES.items():
                seen = []
                for _ in range(repeat):
                    for floor, where in zip(floors, (empty, plain), strict=True):
                        floor.append(visit(browser, where))
                    seen.append(visit(browser, f"{address}/{place}"))
                add(report, million, name, seen)
            add(report, million, "(an empty page)", floors[0])
            add(report, million, "(the elements of the Overview)", floors[1])
            switching(report, million, browser, address, repeat)
            report.add(f"Server with {READERS} sessions", million_events=million, **crowd(browser, address))


TABLE = "A cold visit"


def add(report: Report, million: float, name: str, seen: list[dict[str, float]]) -> None:
    tiles, still = ([each[what] for each in seen] for what in ("tiles", "still"))
    told = {"tiles_s": statistics.median(tiles), "still_s": statistics.median(still), "max_s": max(still)}
    report.add(TABLE, million_events=million, page=name, **told)


def published(folder: Path, events: int) -> Path:
    """The home of a shop of that many events, published; made on the first call."""
    home = folder / f"dashboard-{events}"
    env = {"SHOPFLOW_HOME": str(home), "SHOPFLOW_SERVER_PORT": str(free_port())}
    if not (home / "serving" / "current.duckdb").exists():
        timed(shopflow("run", "--source", shop(folder, events)), env)
        timed(shopflow("stop"), env)
    return home


def page(name: str) -> AbstractContextManager[str]:
    """The address of one of the benchmark's own pages, `empty` or `plain`, served as the dashboard is."""
    options = {**STREAMLIT_OPTIONS, "server.address": "127.0.0.1", "server.headless": "true"}
    script = str(PROJECT / "benchmarks" / f"{name}_page.py")
    told = [f"--{option}={value}" for option, value in options.items()]
    return served([sys.executable, "-m", "streamlit", "run", script, *told], PROJECT)


def switching(report: Report, million: float, browser: Browser, address: str, repeat: int) -> None:
    """From a click until all stands still: on the name of another page, and on another period."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.add_init_script(CLOCK)
    page.goto(address)
    seconds(page)
    took: dict[str, list[float]] = {"another page": [], "another period": []}
    for _ in range(repeat):
        for name in ("Funnel", "Overview"):
            took["another page"].append(clicked(page, page.get_by_role("link", name=name)))
        for name in ("7 days", "14 days"):
            took["another period"].append(clicked(page, page.get_by_text(name, exact=True)))
    page.close()
    for what, each in took.items():
        report.add("A click", million_events=million, click=what, median_s=statistics.median(each), max_s=max(each))


def crowd(browser: Browser, address: str) -> dict[str, float]:
    """Resident megabytes of the server, before and with so many sessions open on their Overview."""
    (pid,) = servers(address)
    before = resident(pid)
    pages = [browser.new_context().new_page() for _ in range(READERS)]
    for page in pages:
        page.add_init_script(CLOCK)
        page.goto(address)
    for page in pages:
        seconds(page)
    after = resident(pid)
    for page in pages:
        page.context.close()
    return {"MB_before": before, "MB_with_them": after}


def servers(address: str) -> list[int]:
    """The process that serves the address: the one of ours that has its port."""
    port = f"STREAMLIT_SERVER_PORT={address.rpartition(':')[2]}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if port in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
