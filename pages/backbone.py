"""The backbone page."""

import streamlit as st

st.title("Backbone", anchor=False)
