"""What every page gets from the frame, and what becomes of a page that fails.

A page's file draws nothing by itself: it hands a function to `show`, which is given what is published, the shop and the
reader's view.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from dashboards.published import Published
from dashboards.queries.shop import Shop
from dashboards.view import View
from flows.errors import ShopflowError

log = logging.getLogger("shopflow.dashboard")
_KEY = "shopflow frame"


@dataclass(frozen=True)
class Scene:
    """What a page is about: the published copy, the shop that is in it, and what of it is looked at."""

    copy: Published
    shop: Shop
    view: View


def set_scene(scene: Scene) -> None:
    """For the page that runs next in this session."""
    st.session_state[_KEY] = scene


def show(page: Callable[[Published, Shop, View], None]) -> None:
    """Draw a page. One that cannot be drawn ends in one sentence (see `told`); the frame around it stays."""
    scene: Scene = st.session_state[_KEY]
    with told():
        page(scene.copy, scene.shop, scene.view)


@contextmanager
def told() -> Iterator[None]:
    """Say in one sentence why the block could not end: the problem itself where it is the user's to solve, else that
    something went wrong, with a reference that stands in the server's log beside the traceback."""
    try:
        yield
    except ShopflowError as problem:
        st.info(str(problem), icon=None)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("%s: a page could not be shown", reference)
        st.error(f"Something went wrong here. The dashboard's log tells what, beside the reference {reference}.")
