"""Text that holds names and values from files, for places that would do more with it than show it."""

from __future__ import annotations

import re

from flows.errors import ShopflowError

# Control characters move a terminal's cursor and set its colours; those of direction make a text read as another one.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NO_TEXT = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")

# Left as they are for whoever reads the text unrendered: `_` within a word, `:` that begins no address.
_MARKDOWN = re.compile(r"[\\`*\[\]<>|~&$!@]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
_BEGINS_A_BLOCK = re.compile(r"^(\d*)([-+#=.)]+(?:\s|$))")


def for_terminal(text: str) -> str:
    """One line without control characters, which are written as escapes.

    >>> for_terminal("a\\x1b[31mred")
    'a\\\\x1b[31mred'
    """
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], _BREAK.sub(" ", text))


def require_text(name: str, value: str) -> None:
    """Raise ShopflowError, which does not hold the value, where it was bytes that are no UTF-8 (PEP 383)."""
    if _NO_TEXT.search(value):
        raise ShopflowError(f"what was given as {name} is no UTF-8 text: give it in that encoding")


def for_markdown(text: str) -> str:
    """One line that Markdown shows as it is: no image, link, HTML, emphasis or end of a table's cell.

    >>> for_markdown("![x](http://a.example) in unique_orders")
    '\\\\!\\\\[x\\\\](http\\\\://a.example) in unique_orders'
    """
    escaped = _MARKDOWN.sub(lambda found: f"\\{found[0]}", for_terminal(text).strip())
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", escaped)
