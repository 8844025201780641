"""Names and values from files are shown as they are, and do nothing."""

from __future__ import annotations

import pytest

from flows.literal import for_markdown, for_terminal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred\x07", r"a\x1b[31mred\x07"),
        ("one\nline \r\n and no more", "one line and no more"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("Bébé\xa0& 家\u3000具 👩‍👧 [x] :cat:", "Bébé\xa0& 家\u3000具 👩‍👧 [x] :cat:"),
    ],
)
def test_a_terminal_gets_one_line_without_control_characters(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](http://a.example/p.png)", r"\!\[x\](http\://a.example/p.png)"),
        ("see www.a.example or b@a.example", r"see www\.a.example or b\@a.example"),
        ("<img src=x> &amp; a | b", r"\<img src=x\> \&amp; a \| b"),
        ("*a* __b__ ~~c~~ `d` $e$", r"\*a\* \_\_b\_\_ \~\~c\~\~ \`d\` \$e\$"),
        ("a\\", "a\\\\"),
        ("# no heading", r"\# no heading"),
        ("    no code", "no code"),
        ("1. no list", r"1\. no list"),
        ("warn: events: unique_orders (2025-11-01), 1.37 %", "warn: events: unique_orders (2025-11-01), 1.37 %"),
    ],
)
def test_markdown_gets_text_that_stays_text(text: str, shown: str) -> None:
    assert for_markdown(text) == shown
