"""A view worker: a process of its own that makes the views that are requested. It never loads torch."""

import os
import pickle
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Any, NamedTuple

import cv2
import numpy as np

from core.data.cache import PlacedImages
from core.errors import GraftError, UnreadableImage
from core.experiment import PipelineSpec
from core.features.views import Views
from core.features.workers.messages import Asked, Closed, Made, Opened, Trying, Unit, Written, receive, send
from core.shared import SharedFile

# Albumentations works without torch, which costs 3 s and 490 MB in every process.
BOOT = """\
import pickle, sys
sys.modules["torch"] = None
sys.path[:] = pickle.load(sys.stdin.buffer)
from core.features.workers.process import main
main()
"""
READY = "ready"


def main() -> None:
    """Answer until the program that asks is gone."""
    cv2.setNumThreads(1)  # the workers are as many as the cores
    asks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    import core.augment.builders  # noqa: F401 - takes a second: now, and not when the first view is requested

    try:
        send(answers, READY)
        serve(asks, answers)
    except (EOFError, OSError):
        pass  # the program is gone: no one is left to answer
    os._exit(0)  # nothing is left to be saved, and nobody waits


def serve(asks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer messages until there are no more. Raises `EOFError`, `OSError`."""
    opened: dict[int, Any] = {}
    while True:
        message = receive(asks)
        if isinstance(message, Opened):
            opened[message.key] = _open(message)
        elif isinstance(message, Closed):
            opened.pop(message.key, None)
            send(answers, message)
        elif isinstance(message, Unit):
            send(answers, _made(opened, message, answers))


class _Opened(NamedTuple):
    views: Views
    file: SharedFile


def _open(message: Opened) -> _Opened | Exception:
    """Views and files; what fails is reported when views are requested."""
    try:
        images = PlacedImages(message.geometry, _open_images(message))
        spec = PipelineSpec.model_validate_json(message.pipeline)
        views = Views(spec, message.geometry, message.seed, images, _references(message.references))
        return _Opened(views, SharedFile.open(message.views))
    except Exception as error:
        return error


@lru_cache(maxsize=1)  # those of one data set, however many views of it are open
def _references(written: Written | None) -> tuple[Asked, ...]:
    return () if written is None else written.read()


def _open_images(message: Opened) -> SharedFile | None:
    """The cache's file; None where there is none, or none any more: images are then decoded."""
    if message.images is None:
        return None
    try:
        return SharedFile.open(message.images)
    except FileNotFoundError:
        return None


def _made(opened: dict[int, Any], unit: Unit, answers: IO[bytes]) -> Made:
    """Make a unit's views."""
    found = opened.get(unit.key)
    if not isinstance(found, _Opened):
        return Made(unit.unit, error=_portable(found or KeyError(unit.key)))

    def begin(place: int) -> None:
        if unit.careful:
            send(answers, Trying(unit.unit, place))

    try:
        failures = write_views(unit, found.views, lambda view, at: found.file.write(view.reshape(-1), at), begin)
    except Exception as error:
        return Made(unit.unit, error=_portable(error))
    return Made(unit.unit, failures)


def write_views(
    unit: Unit, views: Views, write: Callable[[np.ndarray, int], None], begin: Callable[[int], None] = lambda _: None
) -> tuple[str | None, ...]:
    """Make the views of a unit and have each written at its offset; the reasons of images that could not be read.

    `begin` gets the place of each image before. Raises `InvalidPipeline`, `MemoryError`, what `write` raises.
    """
    size = views.geometry.image_size**2 * 3
    failures: list[str | None] = []
    for place, image in enumerate(unit.images):
        failures.append(None)
        if place in unit.left_out:
            continue
        begin(place)
        try:
            view = views.image(image, unit.number)
        except (UnreadableImage, OSError) as error:  # changed or deleted after the scan
            failures[-1] = str(error)
            continue
        write(view, unit.offset + place * size)
    return tuple(failures)


def _portable(error: Exception) -> Exception:
    """The error if the program can read it, else its text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return GraftError(f"{type(error).__name__}: {error}")
    return error
