"""A page of the dashboard in a real Chromium, watched for what it should not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.dashboards.served import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="install chromium (Debian: apt-get install chromium)"),
]
TILES = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-stale=true]')) return null;
    const text = (tile, part) => tile.querySelector(part)?.firstChild.textContent.trim();
    const tiles = [...document.querySelectorAll('.tile')].map(tile => [text(tile, '.name'), text(tile, '.value')]);
    return tiles.length === 6 && tiles.flat().every(Boolean) && Object.fromEntries(tiles);
}"""

STILL = """title => {
    const app = document.querySelector('[data-testid=stApp]');
    const has = document.querySelector('h1')?.innerText.trim() === title;
    return app?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]') && has
        && document.querySelectorAll('.tile').length > 0;
}"""

DRAWN = "() => [...document.querySelectorAll('.chart img')].every(image => image.complete && image.naturalWidth)"
AWAIT_A_RUN = """() => {
    window.hasBegun = false;
    const app = document.querySelector('[data-testid=stApp]');
    new MutationObserver((_, observer) => {
        if (app.dataset.testScriptState !== 'notRunning') { window.hasBegun = true; observer.disconnect(); }
    }).observe(app, {attributes: true});
}"""


class Watched:
    """A page that remembers what it should not have done."""

    def __init__(self, browser: Browser, address: str, width: int = 1366, **context: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, **context)
        self.page.set_default_timeout(60_000)  # a machine busy with other tests is slow, not broken
        self.errors: list[str] = []
        self.refused: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or "127.0.0.1"))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).hostname or ""))
        self.page.on("response", lambda answer: answer.status >= 400 and self.refused.append(answer.url))
        self.page.goto(address)

    def tiles(self) -> dict[str, str]:
        """Label and value of every tile, once the page stands still."""
        shown = self.page.wait_for_function(TILES).json_value()
        assert isinstance(shown, dict)
        return shown

    def visits_again(self, address: str) -> dict[str, str]:
        self.page.goto(address)
        return self.tiles()

    def titles(self) -> list[str]:
        """The pages that there are."""
        return self.page.get_by_test_id("stTopNavLink").all_inner_texts()

    def turn_to(self, title: str) -> None:
        """Click on the name of another page that has tiles, and wait until it stands still."""
        self.page.get_by_test_id("stTopNavLink").get_by_text(title, exact=True).click()
        self.stands_still(title)

    def choose(self, choice: str, title: str) -> None:
        """Click on what a page of that title offers, and wait until the run that this begins has ended."""
        self.page.evaluate(AWAIT_A_RUN)
        self.page.get_by_text(choice, exact=True).click()
        self.page.wait_for_function("window.hasBegun")
        self.stands_still(title)

    def stands_still(self, title: str) -> None:
        self.page.wait_for_function(STILL, arg=title)

    def charts(self) -> int:
        """How many charts are drawn, once every picture of theirs is there."""
        self.page.wait_for_function(DRAWN)
        return self.page.locator(".chart:visible").count()

    @property
    def is_too_wide(self) -> bool:
        wide: bool = self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
        return wide

    def focused(self) -> str:
        """What has the keyboard's focus, by its name or the first line within it."""
        told: str = self.page.evaluate(
            "() => { const at = document.activeElement; return at.ariaLabel || at.innerText.trim().split('\\n')[0]; }"
        )
        return told

    def reach(self, what: str) -> None:
        """Tab until what is called so has the focus."""
        passed = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            passed.append(self.focused())
            if what in passed[-1]:
                return
        raise AssertionError(f"{what} is not reached, but {passed}")
