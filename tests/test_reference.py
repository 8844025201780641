"""The pages of reference say what the code says, and are the current ones."""

import pytest

from flows.reference import FOLDER, PAGES, commands_page, settings_page
from flows.settings import PREFIX, PROJECT, Settings


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_the_docs_is_the_current_one(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == f"{PAGES[name]()}\n", "make docs writes it anew"


def test_every_setting_has_a_line_and_no_default_is_of_this_machine() -> None:
    page = settings_page()
    assert page.count(f"| `{PREFIX}") == len(Settings.model_fields)
    assert str(PROJECT) not in page
    assert "| `SHOPFLOW_HOME` | `data/` |" in page
    assert "| `SHOPFLOW_THREADS` | as many as the machine has |" in page


def test_commands_tell_their_options_defaults_and_what_has_to_be_given() -> None:
    page = commands_page()
    assert "## shopflow quarantine export" in page
    assert "| `BATCH` | The batch's id, as `shopflow status` shows it. | has to be given |" in page
    assert "| `--seed` | The same seed gives the same bytes. | `7` |" in page
    assert "| `BASE` | Branch, tag or commit to compare with. | origin/main or main |" in page


def test_every_decision_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    titles = {path.name: path.read_text("utf-8").split("\n")[0] for path in folder.glob("0*.md")}
    lacking = [name for name, title in titles.items() if f"[{title.partition(': ')[2]}]({name})" not in listed]
    assert lacking == []
