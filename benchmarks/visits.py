"""A clock that runs in the browser's page: how long a visit and a click take until all is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Notes in the page when the tiles have their numbers, and when all stands still: the run is over, nothing waits to be
# drawn, and every chart has its picture.
CLOCK = """
window.tiles = window.still = null;
(function look() {
    const all = what => [...document.querySelectorAll(what)];
    const app = document.querySelector('[data-testid=stApp]');
    const tiles = all('[data-testid=stMetricValue], .tile .value');
    if (window.tiles === null && tiles.length && tiles.every(tile => tile.innerText.trim()))
        window.tiles = performance.now();
    if (app?.dataset.testScriptState === 'notRunning' && document.querySelector('[data-testid=stHtml], .stHtml')
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
        && all('[data-testid=stVegaLiteChart]').every(chart => chart.querySelector('canvas, svg'))
        && all('.chart img').every(image => image.complete)) {
        requestAnimationFrame(() => requestAnimationFrame(() => { window.still ??= performance.now(); }));
        return;
    }
    setTimeout(() => requestAnimationFrame(look), 15);
})();
"""


def visit(browser: Browser, address: str) -> dict[str, float]:
    """Seconds from navigation until the tiles have numbers (0 where there are none) and until all stands still."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(CLOCK)
        page.goto(address, wait_until="commit")
        return seconds(page)
    finally:
        context.close()


def seconds(page: Page) -> dict[str, float]:
    page.wait_for_function("window.still !== null", timeout=120_000)
    told: dict[str, Any] = page.evaluate("({tiles: window.tiles ?? 0, still: window.still})")
    return {name: milliseconds / 1000 for name, milliseconds in told.items()}


def clicked(page: Page, place: Any) -> float:
    """Seconds from a click until the run that it began is over and all stands still."""
    page.evaluate(
        """() => {
            window.still = window.began = null;
            const app = document.querySelector('[data-testid=stApp]');
            new MutationObserver((_, observer) => {
                if (app.dataset.testScriptState !== 'notRunning') { window.began = true; observer.disconnect(); }
            }).observe(app, {attributes: true});
            const note = () => { window.clicked = performance.now(); };
            document.addEventListener('click', note, {once: true, capture: true});
        }"""
    )
    place.click()
    page.wait_for_function("window.began", timeout=120_000)
    page.evaluate(f"() => {{ const tiles = window.tiles; {CLOCK} }}")
    seconds(page)
    took: float = page.evaluate("window.still - window.clicked")
    return took / 1000
