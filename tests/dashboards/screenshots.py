"""`make screenshots`: every page of the dashboard over the demo shop, light and dark, into docs/images."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from flows.settings import PROJECT, Settings
from tests.dashboards.served import chromium, dashboard
from tests.ports import free_port

IMAGES = PROJECT / "docs/images"
PAGES = sorted(path.stem for path in (PROJECT / "dashboards/views").glob("[a-z]*.py"))
STANDS_STILL = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
        && [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(c => c.querySelector('canvas, svg'));
}"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shopflow-screenshots-") as folder:
        demo = demo_shop(Path(folder) / "home")
        with dashboard(demo.home) as address, chromium() as browser:
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1366, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
                )
                for name in PAGES:
                    page.goto(address if name == "overview" else f"{address}/{name}")
                    page.wait_for_function(STANDS_STILL, timeout=60_000)
                    page.wait_for_load_state("networkidle")
                    # The page scrolls in a box of its own, so the window has to be as high as what is in it.
                    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": 1366, "height": height})
                    page.wait_for_function(STANDS_STILL, timeout=60_000)
                    image = IMAGES / f"{name}{'_dark' if scheme == 'dark' else ''}.png"
                    page.screenshot(path=image)
                    page.set_viewport_size({"width": 1366, "height": 900})
                    print(image.relative_to(PROJECT), flush=True)
                page.close()


def demo_shop(home: Path) -> Settings:
    """A home with the month of `make run`."""
    settings = Settings(home=home, server_port=free_port())
    environment = {"SHOPFLOW_HOME": str(home), "SHOPFLOW_SERVER_PORT": str(settings.server_port), "PATH": ""}
    for command in ("run", "stop"):
        subprocess.run([sys.executable, "-m", "flows", command], env=environment, cwd=PROJECT, check=True)
    return settings


if __name__ == "__main__":
    main()
