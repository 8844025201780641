"""One Markdown for two readers: a link that the repository has is one within the site, or its text."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from flows.settings import PROJECT

spec = spec_from_file_location("site_hooks", PROJECT / "docs/site/hooks.py")
assert spec is not None
assert spec.loader is not None
hooks = module_from_spec(spec)
spec.loader.exec_module(hooks)

PAGES = {
    "README.md": "index.md",
    "docs/sources.md": "sources.md",
    "docs/how_to/export.md": "how_to/export.md",
    "docs/decisions/README.md": "decisions/README.md",
    "docs/images/overview.png": "images/overview.png",
}


@pytest.mark.parametrize(
    ("uri", "told", "shown"),
    [
        ("index.md", "[how](docs/how_to/export.md#x)", "[how](how_to/export.md#x)"),
        ("index.md", "![a page](docs/images/overview.png)", "![a page](images/overview.png)"),
        ("index.md", "all [decisions](docs/decisions/)", "all [decisions](decisions/README.md)"),
        ("how_to/export.md", "[start](../../README.md#two-commands)", "[start](../index.md#two-commands)"),
        ("how_to/export.md", "[`land`](../../flows/land.py) lands", "`land` lands"),
        ("sources.md", "[there](#below) and [out](https://shop.example/a.md)", None),
        ("sources.md", "[gone](no_such_page.md), [gone](../flows/no_such.py)", None),
        ("index.md", "`[x](docs/sources.md)` is code", None),
        ("index.md", "```text\n[x](docs/sources.md)\n```", None),
        ("index.md", "```bash runnable\nshopflow run\n```", "```bash\nshopflow run\n```"),
    ],
)
def test_a_link_is_made_for_the_site(uri: str, told: str, shown: str | None) -> None:
    assert hooks.for_site(told, uri, PAGES) == (told if shown is None else shown)
