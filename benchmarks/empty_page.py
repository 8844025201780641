"""A page of Streamlit with nothing on it: what every page of it takes before ours begins."""

import streamlit as st

st.html("<span></span>")
