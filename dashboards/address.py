"""The filters in the address: a link opens the view that it was copied from.

Streamlit binds widgets to the address by itself, but forgets those of a closed popover when the page is switched. So
the session holds what was chosen, and the address is told: it is believed when a session begins, and when the browser's
back and forward brought another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

_TOLD = "shopflow address"


def asked(names: Collection[str], page: str) -> dict[str, str] | None:
    """What the address asks for of these filters, as text; None where the session's own choices hold."""
    found = {name: st.query_params[name] for name in names if name in st.query_params}
    if _TOLD not in st.session_state:
        return found
    page_before, told = st.session_state[_TOLD]
    # A click on another page comes without any of them.
    is_switch = page != page_before and not found
    return None if found == told or is_switch else found


def tell(names: Collection[str], page: str, chosen: Mapping[str, str]) -> None:
    """Write what was chosen; filters that are as they are without a link have no place in it."""
    found = {name: st.query_params[name] for name in names if name in st.query_params}
    for name in found.keys() - chosen.keys():
        del st.query_params[name]
    if changed := {name: text for name, text in chosen.items() if found.get(name) != text}:
        st.query_params.update(changed)
    st.session_state[_TOLD] = (page, dict(chosen))
