"""Answers of a model for uploaded images: each is computed once a session."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import streamlit as st
from PIL import Image

from core.paths import BEST
from pages.ui.session import state

if TYPE_CHECKING:  # importing it loads torch
    from core.evaluation.predict import Predictor

AT_ONCE = 16  # images between two steps of the progress bar
THUMBNAIL_PX = 72


@dataclass(frozen=True)
class Source:
    """An image as it was given. `id` is the upload's own; two files of one name have two ids."""

    id: str
    name: str
    file: BinaryIO

    def read(self) -> bytes:
        """All of it, however often it was read before."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True)
class Answer:
    """Probabilities in the order of the model's classes and a small image, or the `reason` why there are none; `notes`
    say how the file was read."""

    name: str
    probabilities: tuple[float, ...] = ()
    thumbnail: str = ""  # a data address
    reason: str = ""
    notes: tuple[str, ...] = ()


def model_key(folder: Path) -> str:
    """Changes with the run and with its weights."""
    path = folder / BEST
    return f"{folder.name}:{path.stat().st_mtime_ns if path.exists() else 0}"


def load(folder: Path) -> "Predictor":
    """The model of a run, kept while it is used. Raises `UnreadableWeights`."""
    return _load(str(folder), model_key(folder))


@st.cache_resource(max_entries=3, show_spinner="Loading the model.")
def _load(folder: str, key: str) -> "Predictor":
    from core.evaluation.predict import Predictor

    del key  # only a part of the cache's own key
    return Predictor.load(Path(folder))


def answered(predictor: "Predictor", key: str, sources: Sequence[Source]) -> list[Answer]:
    """One answer per source, in their order; those that this session has had before are not computed again."""
    known: dict[tuple[str, str], Answer] = state.recall("predict-answers", {})
    kept = {(key, source.id): known[key, source.id] for source in sources if (key, source.id) in known}
    new = [source for source in sources if (key, source.id) not in kept]
    bar = st.progress(0.0, "Looking at the images.") if len(new) > AT_ONCE else None
    for start in range(0, len(new), AT_ONCE):
        group = new[start : start + AT_ONCE]
        kept |= {(key, source.id): answer for source, answer in zip(group, _ask(predictor, group), strict=True)}
        if bar:
            done = min(start + AT_ONCE, len(new))
            bar.progress(done / len(new), f"{done} of {len(new)} images.")
    if bar:
        bar.empty()
    state.remember("predict-answers", kept)
    return [kept[key, source.id] for source in sources]


def _ask(predictor: "Predictor", sources: Sequence[Source]) -> list[Answer]:
    """A file that is not an image gets its reason, and the others their answers."""
    from core.evaluation.given import Given

    found = predictor.answered([Given(source.name, source.read) for source in sources])
    return [
        Answer(one.given.name, reason=one.reason)
        if one.probabilities is None or one.pixels is None
        else Answer(one.given.name, tuple(one.probabilities.tolist()), thumbnail(one.pixels), notes=one.notes)
        for one in found
    ]


def thumbnail(pixels: np.ndarray) -> str:
    """A small image as a data address."""
    small = Image.fromarray(pixels).resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BILINEAR)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(small)).decode()


def jpeg(image: Image.Image) -> bytes:
    """The image's bytes: the page does not keep PIL objects."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=88)
    return encoded.getvalue()
