"""The train page."""

import streamlit as st

st.title("Train", anchor=False)
