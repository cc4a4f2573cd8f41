"""Predictions for uploaded images, computed once per session."""

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

AT_ONCE = 16  # images between two updates of the progress bar
THUMBNAIL_PX = 72


@dataclass(frozen=True)
class Source:
    """An uploaded image. `id` is that of the upload; files with equal names have different ids."""

    id: str
    name: str
    file: BinaryIO

    def read(self) -> bytes:
        """The whole content, even if it was read before."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True)
class Answer:
    """Probabilities in the order of the model's classes and a thumbnail, or the `reason` why there are none;

    `notes` on how the file was decoded.
    """

    name: str
    probabilities: tuple[float, ...] = ()
    thumbnail: str = ""  # a data URL
    reason: str = ""
    notes: tuple[str, ...] = ()


def model_key(folder: Path) -> str:
    """A key that changes with the run and its weights."""
    path = folder / BEST
    return f"{folder.name}:{path.stat().st_mtime_ns if path.exists() else 0}"


def load(folder: Path) -> "Predictor":
    """The model of a run, cached. Raises `UnreadableWeights`."""
    return _load(str(folder), model_key(folder))


@st.cache_resource(max_entries=3, show_spinner="Loading the model.")
def _load(folder: str, key: str) -> "Predictor":
    from core.evaluation.predict import Predictor

    del key  # only part of the cache key
    return Predictor.load(Path(folder))


def answered(predictor: "Predictor", key: str, sources: Sequence[Source]) -> list[Answer]:
    """One answer per source, in order; cached answers of this session are not computed again."""
    cached: dict[tuple[str, str], Answer] = state.recall("predict-answers", {})
    answers = {(key, source.id): cached[key, source.id] for source in sources if (key, source.id) in cached}
    new = [source for source in sources if (key, source.id) not in answers]
    bar = st.progress(0.0, "Classifying the images.") if len(new) > AT_ONCE else None
    for start in range(0, len(new), AT_ONCE):
        group = new[start : start + AT_ONCE]
        answers |= {(key, source.id): answer for source, answer in zip(group, _predict(predictor, group), strict=True)}
        if bar:
            done = min(start + AT_ONCE, len(new))
            bar.progress(done / len(new), f"{done} of {len(new)} images.")
    if bar:
        bar.empty()
    state.remember("predict-answers", answers)
    return [answers[key, source.id] for source in sources]


def _predict(predictor: "Predictor", sources: Sequence[Source]) -> list[Answer]:
    """Predict a group of images; files that are not images get a reason instead."""
    from core.evaluation.given import Given

    predictions = predictor.answered([Given(source.name, source.read) for source in sources])
    return [
        Answer(one.given.name, reason=one.reason)
        if one.probabilities is None or one.pixels is None
        else Answer(one.given.name, tuple(one.probabilities.tolist()), thumbnail(one.pixels), notes=one.notes)
        for one in predictions
    ]


def thumbnail(pixels: np.ndarray) -> str:
    """A thumbnail as data URL."""
    small = Image.fromarray(pixels).resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BILINEAR)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(small)).decode()


def jpeg(image: Image.Image) -> bytes:
    """The image as JPEG bytes, so that no PIL objects are kept."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=88)
    return encoded.getvalue()
