"""Pictures of the first page: sample photographs, real augmented views of one, and a drawn curve."""

import functools

import streamlit as st

from core.augment.presets import PRESETS
from core.backbones import catalogue
from core.data.images import decode, resize
from core.data.sources import SAMPLES
from core.experiment import BUNDLED_BACKBONE
from pages.ui import warmup
from pages.ui.gallery import DARK, LIGHT, Cell, mosaic

HERO = (
    "bird/rainbow-lorikeet", "flower/pigface", "fruit/sliced_orange", "cattle/sheep_lamb",
    "vegetable/broccoli", "bird/tucan", "flower/anemone_red", "fruit/strawberry2",
    "cattle/cow_white", "vegetable/tomato", "fruit/apricot", "flower/daffodil",
)  # fmt: skip
FEW = ("bird/owl", "flower/rose", "fruit/lemon", "vegetable/yellowpepper")
SUBJECT = "bird/rooster"
PIXELS = 132


def hero() -> None:
    """Sample photographs under their classes."""
    _show(_photographs(HERO, 4, _is_dark()), "Sample photographs of birds, flowers, fruit, cattle and vegetables")


def step(name: str) -> None:
    """The picture over one of the three steps: 'data', 'augment' or 'train'."""
    if name == "train":
        st.html(_CURVES)
    elif name == "augment" and warmup.ready() and warmup.start().error is None:
        _show(_views(_is_dark()), "One photograph and three augmented views of it")
    else:
        names = FEW if name == "data" else (SUBJECT, "bird/peacock", "bird/penguin", "bird/duck")
        _show(_photographs(names, 4, _is_dark(), labelled=name == "data"), "Sample photographs")


def _show(picture: bytes, words: str) -> None:
    if picture:
        st.image(picture, width="stretch", alt=words)


def _is_dark() -> bool:
    return st.context.theme.type == "dark"


@st.cache_data(show_spinner=False)
def _photographs(names: tuple[str, ...], columns: int, dark: bool, labelled: bool = True) -> bytes:
    """A mosaic of photographs; those that are missing are left out."""
    folder = SAMPLES["stamps"].folder
    paths = [path for name in names if (path := folder / f"{name}.jpg").is_file()]
    cells = [Cell(decode(path).pixels, path.parent.name if labelled else " ") for path in paths]
    return mosaic(cells, columns, PIXELS, DARK if dark else LIGHT) if cells else b""


@st.cache_data(show_spinner=False)
def _views(dark: bool) -> bytes:
    """The subject, and views of it as the medium preset makes them."""
    from core.augment.pipeline import Pipeline

    path = SAMPLES["stamps"].folder / f"{SUBJECT}.jpg"
    if not path.is_file():
        return b""
    geometry = catalogue.geometry(catalogue.get(BUNDLED_BACKBONE))
    base = resize(decode(path).pixels, geometry)
    pipeline = Pipeline(PRESETS["medium"], geometry)
    view = functools.partial(pipeline.view, base, seed=0, digest=SUBJECT)
    cells = [Cell(pipeline.plain(base), "original"), *(Cell(view(number=n), f"view {n}") for n in (1, 2, 3))]
    return mosaic(cells, 4, PIXELS, DARK if dark else LIGHT)


# a drawing, in the colours that training and validation have in every chart
_CURVES = """<svg viewBox="0 0 564 166" width="100%" role="img" aria-label="Two falling curves"
 fill="none" stroke-linecap="round" stroke-linejoin="round" xmlns="http://www.w3.org/2000/svg">
<path d="M20 10V138H548" stroke="currentColor" stroke-opacity="0.25" stroke-width="2"/>
<rect x="318" y="10" width="230" height="128" fill="#0f766e" fill-opacity="0.08"/>
<path d="M20 22C70 74 110 88 170 96S270 104 318 107C360 118 430 126 548 130" stroke="#0072b2" stroke-width="4"
 stroke-dasharray="3 9"/>
<path d="M20 18C60 60 100 72 150 80S250 88 318 89C350 100 400 107 548 109" stroke="#d55e00" stroke-width="4"/>
<circle cx="548" cy="109" r="7" fill="#d55e00"/></svg>"""
