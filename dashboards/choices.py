"""A choice among few that stands on a page, and in its address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def one_of(label: str, choices: Sequence[str], key: str) -> str:
    """Draw the choices side by side, the first of them chosen; a link keeps what was chosen as its parameter `key`.

    `label` is for who does not see them.
    """
    chosen = st.segmented_control(
        label,
        choices,
        default=choices[0],
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or choices[0]
