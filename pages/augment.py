"""The augment page."""

import streamlit as st

st.title("Augment", anchor=False)
