"""Who may see the dashboard. On a machine of one's own that is nobody's question; elsewhere readers sign in (OpenID
Connect, through Streamlit), and are let in if SHOPFLOW_DASHBOARD_ALLOWED names them."""

from __future__ import annotations

import streamlit as st

from flows.audience import is_loopback, may_see
from flows.settings import Settings


def is_admitted(settings: Settings) -> bool:
    """Whether the reader of this session may see the page. If not, what can be done about it is drawn instead."""
    allowed = settings.dashboard_people
    if not allowed:
        if is_loopback(st.get_option("server.address") or ""):
            return True
        st.error("This dashboard is on a network, but nobody has to sign in to it: start it with `shopflow dashboard`.")
        return False
    if not st.user.get("is_logged_in"):
        st.title("Sign in")
        st.caption("The numbers of this shop are for those who work with them.")
        st.button("Sign in", type="primary", on_click=st.login)
        return False
    if not may_see(st.user.get("email"), st.user.get("email_verified"), allowed):
        st.title("Not for you, sorry")
        st.text(f"{st.user.get('email') or 'This account'} is not among those who may see this dashboard.")
        sign_out(settings)
        return False
    return True


def sign_out(settings: Settings) -> None:
    """A button for those who are signed in; nothing where nobody has to be."""
    if settings.dashboard_people:
        st.button("Sign out", type="tertiary", key="sign out", on_click=st.logout)
