"""The documentation as a site: built with every link checked, and read without a network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import PROJECT
from tests.dashboards.served import CHROMIUM, chromium

pytestmark = pytest.mark.slow

# Beside the environment of the tests, as the Makefile makes it.
ENVIRONMENT = Path(os.environ.get("SHOPFLOW_TEST_DOCS", f"{sys.prefix}-docs"))
FETCHED = (
    r"""<(?:script|img|link|iframe)[^>]*?(?:src|href)=["']?((?:https?:)?//[^"' >]+)|url\(["']?((?:https?:)?//[^"')]+)"""
)


def build(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a checkout, as `make site` does."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        pytest.skip(f"MkDocs is not installed: `make {ENVIRONMENT.name}/.installed`, or `make test`, does it")
    command = [str(python), "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    ran = build(PROJECT, folder)
    assert ran.returncode == 0, ran.stderr
    return folder


def test_every_page_is_there_and_those_that_lie_elsewhere_too(site):
    pages = {path.relative_to(PROJECT / "docs").with_suffix(".html") for path in (PROJECT / "docs").rglob("*.md")}
    pages -= {Path("decisions/template.html"), Path("decisions/README.html")}
    elsewhere = ("index.html", "CONTRIBUTING.html", "CHANGELOG.html", "infra/index.html", "decisions/index.html")
    assert [page for page in (*sorted(pages), *elsewhere) if not (site / page).is_file()] == []
    left_out = [path.name for name in ("requirements.txt", "*.py", "*.pyc") for path in site.rglob(name)]
    assert left_out == []


def test_no_page_fetches_anything_from_another_host(site):
    fetched = {
        f"{path.relative_to(site)}: {''.join(found)}"
        for path in site.rglob("*")
        if path.suffix in (".html", ".css")
        for found in re.findall(FETCHED, path.read_text("utf-8"))
    }
    assert fetched == set()


def test_code_keeps_its_colours_and_lists_their_numbers(site):
    assert '<div class="highlight">' in (site / "get_started.html").read_text("utf-8")
    assert "bash runnable" not in (site / "index.html").read_text("utf-8")
    assert len(re.findall("<ol>", (site / "how_to/switch_to_bigquery.html").read_text("utf-8"))) == 1


def test_what_leads_nowhere_fails_the_build(tmp_path):
    """A link to no page, one to no heading, one to no file of the repository, and a page that no section has."""
    project = tmp_path / "checkout"
    project.mkdir()
    for path in PROJECT.iterdir():
        if path.name != "docs":
            (project / path.name).symlink_to(path)
    shutil.copytree(PROJECT / "docs", project / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    with (project / "docs/sources.md").open("a") as page:
        page.write("\n[a](no_such_page.md) [b](naming.md#no-such-heading) [c](../flows/no_such_verb.py)\n")
    (project / "docs" / "nobody_links_here.md").write_text("# Alone\n")
    ran = build(project, tmp_path / "site")
    assert ran.returncode != 0
    warnings = "".join(
        part for part in re.split(r"^(?=[A-Z]+ +-)", ran.stderr, flags=re.MULTILINE) if "WARNING" in part
    )
    named = ("no_such_page.md", "no-such-heading", "no_such_verb.py", "nobody_links_here.md")
    assert [told for told in named if told not in warnings] == [], ran.stderr


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="install chromium (Debian: apt-get install chromium)")
def test_site_and_lineage_are_read_in_a_browser_without_a_network(site):
    subprocess.run(
        [sys.executable, PROJECT / "docs/site/lineage.py", site / "lineage"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=True,
        capture_output=True,
    )
    with chromium() as browser:
        context = browser.new_context(offline=True)
        asked, errors = [], []
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.get_by_role("textbox", name="Search").click()
        page.get_by_text("Type to start searching").wait_for()
        page.get_by_role("textbox", name="Search").press_sequentially("backfill")  # it listens for keys
        page.locator(".md-search-result__link", has_text="Rebuilding dates").first.click()
        page.get_by_role("heading", name="Rebuilding dates from the lake").wait_for()
        page.goto((site / "reference/lineage.html").as_uri())
        page.get_by_role("link", name="dbt's documentation").click()
        page.wait_for_url("**/lineage/index.html*")
        page.evaluate("location.hash = '#!/model/model.shopflow.fct_orders'")
        page.locator("h1", has_text="fct_orders").wait_for()
        page.locator("td", has_text="order_key").first.wait_for()
        context.close()
    assert errors == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}
