"""The first page: what this is."""

import streamlit as st

from pages.ui.messages import empty_state

st.title("Graft", anchor=False)
st.markdown(
    "Teach a pretrained vision model your own classes from a few images, "
    "and see on your own pictures what augmentation does."
)
empty_state("No images yet", "Choose a sample, or bring your own pictures.", "Choose images", "pages/data.py")
