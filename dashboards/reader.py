"""How the reader writes numbers, by the language of the browser. The words of the pages are English for everybody."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st


class Marks(NamedTuple):
    """What stands between thousands, and before decimals."""

    thousands: str
    decimal: str


POINT, COMMA = Marks(",", "."), Marks(".", ",")
SPACE, THIN_SPACE, APOSTROPHE = Marks("\u00a0", ","), Marks("\u202f", ","), Marks("’", ".")
# As in Unicode's CLDR; a region where it differs from its language. All others write as in English.
WRITTEN = {
    POINT: "es-MX es-US es-GT es-HN es-NI es-PA es-PE es-PR es-SV es-DO",
    COMMA: "de es it nl da tr id el ro hr sl sr mk vi ca gl is pt-BR pt-AO",
    SPACE: "sv nb nn no fi cs sk pl uk ru bg hu et lv lt pt kk hy ka be de-AT",
    THIN_SPACE: "fr",
    APOSTROPHE: "de-CH de-LI it-CH",
}
MARKS = {locale: marks for marks, locales in WRITTEN.items() for locale in locales.split()}


def marks() -> Marks:
    """Those of the reader of this session; English ones where the browser does not say."""
    locale = st.context.locale or ""
    return MARKS.get(locale) or MARKS.get(locale.partition("-")[0], POINT)


def written(english: str) -> str:
    """A number, written in English, in the reader's way.

    >>> written("12,345.6")
    '12,345.6'
    """
    thousands, decimal = marks()
    return english.translate({ord(","): thousands, ord("."): decimal})
