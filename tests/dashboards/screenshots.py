"""`make screenshots`: every page of the dashboard over a generated shop, light and dark, into docs/images."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
from PIL import Image

from flows.generate import generate
from flows.settings import PROJECT, Settings
from tests.dashboards.served import chromium, dashboard
from tests.ports import free_port

IMAGES = PROJECT / "docs/images"
PAGES = sorted(path.stem for path in (PROJECT / "dashboards/views").glob("[a-z]*.py"))
# Each picture, and the address that it is taken at.
PICTURES = {name: name for name in PAGES} | {"overview": "", "funnel_of_users": "funnel?of=Users&order=In+order"}
COLOURS = 256
DAYS = 180
RUNS = (0, 160, 174, 177, 178, 179, 180)  # of each run, the first day of the shop that it brings
DEFECTS = ["duplicate", "late", "missing_field", "no_visitor", "negative_price", "unknown_type", "too_long"]
STANDS_STILL = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shopflow-screenshots-") as folder:
        demo = demo_shop(Path(folder) / "home")
        with dashboard(demo.home) as address, chromium() as browser:
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1366, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
                )
                for name, place in PICTURES.items():
                    page.goto(f"{address}/{place}")
                    page.wait_for_function(STANDS_STILL, timeout=60_000)
                    page.wait_for_load_state("networkidle")
                    # The page scrolls in a box of its own, so the window has to be as high as what is in it.
                    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": 1366, "height": height})
                    page.wait_for_function(STANDS_STILL, timeout=60_000)
                    image = IMAGES / f"{name}{'_dark' if scheme == 'dark' else ''}.png"
                    page.screenshot(path=image)
                    make_small(image)
                    page.set_viewport_size({"width": 1366, "height": 900})
                    print(image.relative_to(PROJECT), flush=True)
                page.close()


def make_small(image: Path) -> None:
    """A page has few colours, and a palette takes a third of the bytes."""
    with Image.open(image) as picture:
        small = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=9, dither=Image.Dither.NONE)
    small.save(image, optimize=True)


def demo_shop(home: Path) -> Settings:
    """A home with half a year of a shop until yesterday, as it is after a few runs; some rows were late, twice or
    wrong."""
    settings = Settings(home=home, server_port=free_port())
    environment = {"SHOPFLOW_HOME": str(home), "SHOPFLOW_SERVER_PORT": str(settings.server_port), "PATH": ""}
    start = datetime.now(UTC).date() - timedelta(days=DAYS)
    made = generate(home.parent / "made", events=200_000, days=DAYS, start=start, defects=DEFECTS)
    for first, last in pairwise(RUNS):
        source = home.parent / f"run-{last}"
        source.mkdir()
        for file in made.files:
            days = [start + timedelta(days=number) for number in (first, last)]
            within = f"where event_timestamp::date >= '{days[0]}' and event_timestamp::date < '{days[1]}'"
            is_events = file.name.startswith("events")
            if is_events or not first:
                duckdb.execute(f"copy (from '{file}' {within if is_events else ''}) to '{source / file.name}'")
        command = [sys.executable, "-m", "flows", "run", "--source", str(source)]
        subprocess.run(command, env=environment, cwd=PROJECT, check=True)
    subprocess.run([sys.executable, "-m", "flows", "stop"], env=environment, cwd=PROJECT, check=True)
    return settings


if __name__ == "__main__":
    main()
