"""What MkDocs is told beside mkdocs.yml: pages that lie elsewhere in the repository, and links as GitHub reads them.

The same Markdown is read in the repository, where a link may lead to any file, and in the site, which holds pages only.
A link to a page is made one within the site; one to another file of the repository becomes its text. One that leads
nowhere is left to MkDocs, which fails the build.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.files import Files

PROJECT = Path(__file__).resolve().parents[2]
# Files outside docs/, and where they stand in the site.
ELSEWHERE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CODE_OF_CONDUCT.md": "CODE_OF_CONDUCT.md",
    "SECURITY.md": "SECURITY.md",
    "infra/README.md": "infra/README.md",
    "dashboards/icon.svg": "images/mark.svg",
}
_FETCHED, _WORKER = "https://unpkg.com/iframe-worker/shim", "site/worker.js"
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`[^`\n]+`)")


def on_files(files: Files, config: Any) -> Files:
    """The site's files, and those elsewhere, which MkDocs reads where they are."""
    from mkdocs.structure.files import File

    for path, uri in ELSEWHERE.items():
        files.append(File.generated(config, uri, abs_src_path=str(PROJECT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """The page's text for the site. The first page has no others beside it."""
    if page.file.src_uri == ELSEWHERE["README.md"]:
        page.meta["hide"] = ["navigation"]
    pages = {place_in_repository(file.src_uri): file.src_uri for file in files if file.inclusion.is_included()}
    return for_site(markdown, page.file.src_uri, pages)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """The page with our own script for the search, where the theme would fetch one from another host."""
    return output.replace(_FETCHED, posixpath.relpath(_WORKER, posixpath.dirname(page.url) or "."))


def on_post_template(output: str, template_name: str, config: Any) -> str:
    """The same for what is no page, such as 404.html."""
    return output.replace(_FETCHED, _WORKER)


def place_in_repository(uri: str) -> str:
    """The path, seen from the repository, of a file of the site."""
    return next((path for path, there in ELSEWHERE.items() if there == uri), f"docs/{uri}")


def for_site(markdown: str, uri: str, pages: Mapping[str, str]) -> str:
    """The text of the page `uri` with links for the site; `pages` are its files, by their paths in the repository.

    >>> for_site("[why](docs/a.md), [how](flows/land.py)", "index.md", {"docs/a.md": "a.md"})
    '[why](a.md), how'
    """
    own = place_in_repository(uri)

    def linked(found: re.Match[str]) -> str:
        mark, text, target = found.groups()
        path, hash_, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return found[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(own), path))
        page = pages.get(there) or pages.get(f"{there}/README.md")
        if page:
            return f"{mark}[{text}]({posixpath.relpath(page, posixpath.dirname(uri) or '.')}{hash_}{anchor})"
        is_elsewhere = not mark and (PROJECT / there).exists()
        return text if is_elsewhere else found[0]

    parts, last = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_outside_code(linked, markdown[last : fence.start()]), _plain_fence(fence[0])]
        last = fence.end()
    return "".join([*parts, _outside_code(linked, markdown[last:])])


def _outside_code(linked: Any, prose: str) -> str:
    pieces = _CODE.split(prose)
    # A link's text may hold code, so links are looked for in the whole, and what is code alone is put back.
    kept = {f"\x00{place}\x00": piece for place, piece in enumerate(pieces) if place % 2}
    hidden = "".join(f"\x00{place}\x00" if place % 2 else piece for place, piece in enumerate(pieces))
    return re.sub(r"\x00\d+\x00", lambda found: kept[found[0]], _LINK.sub(linked, hidden))


def _plain_fence(fence: str) -> str:
    return re.sub(r"^( *```\w+) [^\n]*", r"\1", fence)  # `bash runnable`: the second word is for our tests
