"""Tables whose text is text. Streamlit's own reads each cell as Markdown, and backslashes do not undo all of it: a
product called `![x](http://…)` had every reader's browser fetch that address, and `:cat:` stays an emoji."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from dashboards import downloads
from dashboards.view import View


def show(
    rows: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Callable[[Any], str]],
    *,
    name: str,
    view: View,
    whole: Callable[[], Sequence[Mapping[str, Any]]] | None = None,
    nothing: str = "Nothing of this in this period.",
) -> None:
    """Draw a table that can be downloaded, or say `nothing` where it has no row.

    `numbers` says how each column of numbers is written; the files have the values themselves. `name` is that of the
    files, of one table of a page each. `whole` gives more rows to the files than are drawn.
    """
    if not rows:
        st.caption(nothing)
        return
    st.html(f'<div class="plain-table-room">{table(rows, numbers)}</div>')
    downloads.offer(whole or (lambda: rows), name, view)


def table(rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, Callable[[Any], str]]) -> str:
    """The rows as HTML, whose columns are those of the first row. `numbers` says how each column of numbers is written.

    >>> table([{"Product": "<b>", "Units": 1200}], {"Units": "{:,}".format}).partition("<tbody>")[2]
    '<tr><td>&lt;b&gt;</td><td class="number">1,200</td></tr></tbody></table>'
    """
    names = list(rows[0])
    head = "".join(f'<th scope="col"{_class(name in numbers)}>{escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{''.join(_cell(row[name], numbers.get(name)) for name in names)}</tr>" for row in rows)
    return f'<table class="plain-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(value: Any, number: Callable[[Any], str] | None) -> str:
    text = str(value) if number is None else number(value)
    return f"<td{_class(number is not None)}>{escape(text)}</td>"


def _class(is_number: bool) -> str:
    return ' class="number"' if is_number else ""
