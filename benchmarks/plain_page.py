"""What an Overview is made of, drawn with numbers that stand here: what Streamlit itself takes for such a page."""

import altair
import streamlit as st

DAYS = [{"day": f"2025-11-{day:02}", "value": day * 37 % 29} for day in range(1, 29)]

st.set_page_config(layout="wide")
st.title("Overview")
st.segmented_control("Period", ["7 days", "14 days", "28 days"], default="28 days", label_visibility="collapsed")
with st.popover("Filters"):
    st.selectbox("Device", ["all", "mobile"])
for place in st.columns(6):
    place.container(border=True).metric("Orders", "1,234", "+5 %", help="How many.")
for place in st.columns(3):
    place.altair_chart(altair.Chart(altair.Data(values=DAYS), height=250).mark_line().encode(x="day:T", y="value:Q"))
st.html("<table><tr><td>Pot</td><td>12</td></tr></table>")
st.download_button("CSV", "day,value", "days.csv")
