"""Images of the first page: sample photographs, real augmented views of one, and a drawn curve."""

import functools

import streamlit as st

from core.augment.presets import PRESETS
from core.backbones import catalogue
from core.data.images import decode, resize
from core.data.sources import SAMPLES
from core.experiment import BUNDLED_BACKBONE
from pages.ui.session import warmup
from pages.ui.widgets.gallery import DARK, LIGHT, Cell, mosaic
from pages.ui.widgets.theme import theme

HERO = (
    "bird/rainbow-lorikeet", "flower/pigface", "fruit/sliced_orange", "cattle/sheep_lamb",
    "vegetable/broccoli", "bird/tucan", "flower/anemone_red", "fruit/strawberry2",
    "cattle/cow_white", "vegetable/tomato", "fruit/apricot", "flower/daffodil",
)  # fmt: skip
FEW = ("bird/owl", "flower/rose", "fruit/lemon", "vegetable/yellowpepper")
SUBJECT = "bird/crowned_crane"
PIXELS = 220  # of a cell; displayed smaller, so that it is sharp on high-density screens


# reserves the space of images that are still loading, so that the page does not jump
_STYLE = """<style>
.st-key-home-hero img { aspect-ratio: 916 / 768; }
[class*="st-key-home-step-"] img { aspect-ratio: 916 / 250; }
</style>"""


def hero() -> None:
    """A mosaic of sample photographs with their classes."""
    st.html(_STYLE)
    _show(_photographs(HERO, 4, _is_dark()), "Sample photographs of birds, flowers, fruit, cattle and vegetables")


def step(name: str) -> None:
    """The image above one of the three steps: 'data', 'augment' or 'train'."""
    if name == "train":
        st.image(_CURVES, width="stretch")
    elif name == "augment" and warmup.ready() and warmup.start().error is None:
        _show(_views(_is_dark()), "One photograph and three augmented views of it")
    else:
        names = FEW if name == "data" else (SUBJECT, "bird/tucan", "bird/penguin", "bird/duck")
        _show(_photographs(names, 4, _is_dark(), labelled=False), "Sample photographs")


def _show(image: bytes, alt_text: str) -> None:
    if image:
        st.image(image, width="stretch", alt=alt_text)


def _is_dark() -> bool:
    return theme() == "dark"


@st.cache_data(show_spinner=False)
def _photographs(names: tuple[str, ...], columns: int, dark: bool, labelled: bool = True) -> bytes:
    """A mosaic of photographs; missing files are left out."""
    folder = SAMPLES["stamps"].folder
    paths = [path for name in names if (path := folder / f"{name}.jpg").is_file()]
    cells = [Cell(decode(path).pixels, path.parent.name if labelled else " ") for path in paths]
    return mosaic(cells, columns, PIXELS, DARK if dark else LIGHT) if cells else b""


@st.cache_data(show_spinner=False)
def _views(dark: bool) -> bytes:
    """The subject and views of it with the medium preset."""
    from core.augment.pipeline import Pipeline

    path = SAMPLES["stamps"].folder / f"{SUBJECT}.jpg"
    if not path.is_file():
        return b""
    geometry = catalogue.geometry(catalogue.get(BUNDLED_BACKBONE))
    base = resize(decode(path).pixels, geometry)
    pipeline = Pipeline(PRESETS["medium"], geometry)
    view = functools.partial(pipeline.view, base, seed=0, digest=SUBJECT)
    cells = [Cell(pipeline.plain(base), " "), *(Cell(view(number=n), " ") for n in (1, 2, 3))]
    return mosaic(cells, 4, PIXELS, DARK if dark else LIGHT)


# a drawing, in the colours that training and validation have in every chart; as tall as the mosaics beside it
_CURVES = """<svg viewBox="0 0 916 252" width="916" height="252" fill="none" stroke-linecap="round"
 stroke-linejoin="round" xmlns="http://www.w3.org/2000/svg">
<rect x="520" y="12" width="372" height="200" fill="#14b8a6" fill-opacity="0.13"/>
<path d="M24 12V212H892" stroke="#8a9a96" stroke-opacity="0.5" stroke-width="3"/>
<path d="M40 34C120 112 190 132 280 146S440 160 520 164C600 182 700 194 884 198" stroke="#0f80c1" stroke-width="7"
 stroke-dasharray="3 15"/>
<path d="M40 26C110 92 170 108 250 122S430 134 520 136C580 154 680 164 884 168" stroke="#e0702a" stroke-width="7"/>
<circle cx="884" cy="168" r="12" fill="#e0702a"/></svg>"""
