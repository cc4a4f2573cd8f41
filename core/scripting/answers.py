"""Answers of a trained model for what a script has at hand: paths, bytes, PIL images, arrays."""

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps

from core.errors import InvalidInput
from core.evaluation.given import Given, files_of
from core.evaluation.predict import Answer, Predictor
from core.runs.workspace import Workspace, model_folder
from core.scripting.training import Place, TrainedRun
from core.tasks.decision import Decision

Image = Place | bytes | PillowImage.Image | np.ndarray
CHANNELS = (3, 4)
AS_PNG = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")  # modes that a PNG keeps


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one image. `name` is its path, or `images[N]` for what came without one.

    `labels` is the class, or, from a model for several labels, every class that reaches its threshold: perhaps none.
    `probabilities` are by class, in the order of the model's outputs. Where the image could not be read both are empty
    and `reason` says why.
    """

    name: str
    labels: tuple[str, ...] = ()
    probabilities: dict[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def label(self) -> str | None:
        """The most probable of `labels`; None where there is none."""
        return self.labels[0] if self.labels else None


def loaded(run: TrainedRun | Predictor | Place, workspace: Workspace | Place | None) -> Predictor:
    """See `core.load_model`."""
    if isinstance(run, Predictor):
        return run
    if isinstance(run, TrainedRun):
        return Predictor.load(run.folder)
    return Predictor.load(model_folder(run, workspace))


def predictions(predictor: Predictor, images: Image | Iterable[Image]) -> list[Prediction]:
    """See `core.predict`."""
    return [_prediction(answer, predictor.decision) for answer in predictor.answers(_given(images))]


def _prediction(answer: Answer, decision: Decision) -> Prediction:
    if answer.probabilities is None:
        return Prediction(answer.given.name, reason=answer.reason)
    values = answer.probabilities.tolist()
    by_class = dict(zip(decision.classes, values, strict=True))
    return Prediction(answer.given.name, decision.names(values), by_class)


def _given(images: Image | Iterable[Image]) -> Iterator[Given]:
    one = isinstance(images, str | os.PathLike | bytes | PillowImage.Image | np.ndarray)
    for number, image in enumerate([images] if one else images):  # type: ignore[arg-type]  # told by `one`
        if isinstance(image, str | os.PathLike):
            yield from files_of([Path(image)])
        else:
            content = _encoded(image, number)
            yield Given(f"images[{number}]", lambda content=content: content)  # type: ignore[misc]


def _encoded(image: object, number: int) -> bytes:
    """As a file, so that it goes the way of every image. PNG keeps each value."""
    if isinstance(image, bytes):
        return image
    if isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.size and _is_image(image.shape):
        image = PillowImage.fromarray(image)
    if not isinstance(image, PillowImage.Image) or image.mode == "F":
        raise InvalidInput(
            f"images[{number}] is {_kind(image)}. Give a path, the bytes of a file, a PIL image, or "
            "a uint8 array of shape (height, width), (height, width, 3) or (height, width, 4)."
        )
    file, upright = io.BytesIO(), ImageOps.exif_transpose(image)
    (upright if upright.mode in AS_PNG else upright.convert("RGB")).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _kind(image: object) -> str:
    if isinstance(image, np.ndarray):
        return f"an array of {image.dtype} and shape {image.shape}"
    return "a PIL image of floats" if isinstance(image, PillowImage.Image) else f"a {type(image).__name__}"


def _is_image(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in CHANNELS)
