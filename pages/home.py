"""The first page: introduction, one button to try it, and the last runs. Does not need torch."""

import streamlit as st

from pages.ui.home import images, runs
from pages.ui.session import data_view, edits, state
from pages.ui.widgets.entry import through_app

TRY_IT = "Try it on sample images"
STEPS = (
    (
        "1",
        "Bring images",
        "A folder per class, a zip, or your camera. A few dozen images are enough to begin.",
        "data",
    ),
    ("2", "See what augmentation does", "Every flip, turn and colour shift on your own images, at once.", "augment"),
    ("3", "Train and judge", "Watch the curves, see each mistake, and download the model.", "train"),
)


def main() -> None:
    _hero()
    _runs()
    st.space("medium")
    _steps()


def _hero() -> None:
    words, image = st.columns([1, 1.05], gap="large", vertical_alignment="center")
    with words:
        st.title("Teach a vision model your own classes", anchor=False)
        st.markdown(
            "Graft takes a pretrained model, grafts a new head onto it, trains it on a few of your images, "
            "and shows on your own images what augmentation does. Everything runs on this machine."
        )
        st.space("xsmall")
        with st.container(horizontal=True, gap="small"):
            if st.button(TRY_IT, type="primary", icon=":material/play_arrow:", key="home-try"):
                _try_it()
            if st.button("Use your own images", icon=":material/add_photo_alternate:", key="home-own"):
                data_view.go("choose")
                st.switch_page("pages/data.py")
        st.caption("The sample: 119 photographs in five classes. It takes a minute or two, without a graphics card.")
    with image, st.container(key="home-hero"):
        images.hero()


def _try_it() -> None:
    """Train with one click: sample images, and defaults for everything else."""
    state.reset()
    edits.choose_sample("sample:stamps")
    state.remember("train-start", True)
    st.switch_page("pages/train.py")


def _runs() -> None:
    runs.show()


def _steps() -> None:
    with st.container(key="home-steps"):
        for column, (number, title, text, name) in zip(st.columns(3, gap="medium"), STEPS, strict=True):
            with column, st.container(border=True, height="stretch", key=f"home-step-{number}"):
                images.step(name)
                st.markdown(f"**{number}. {title}**  \n:gray[{text}]")
                st.page_link(f"pages/{name}.py", label=f"Go to {name.capitalize()}", icon=":material/arrow_forward:")


through_app()
main()
