"""Views from transforms. Used by the app and pasted into exported Python scripts, so it does not depend on the app.

Every step has its own generators, seeded by (seed, digest, number, the step's key). So adding, removing, disabling or
strengthening a step does not change the random draws of the others.
"""

import hashlib
import random
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

# Panoramas are cropped to this aspect ratio before the steps: it bounds the time, and OpenCV cannot warp images with a
# side of 32768 px or more.
LONGEST_ASPECT = 4


class References(Protocol):
    """Other images that a step may use: uint8 HxWx3, each with its digest."""

    @property
    def digests(self) -> tuple[str, ...]:
        """One digest per image, sorted, without duplicates."""

    def __getitem__(self, index: int) -> np.ndarray:
        """The image of `digests[index]`. Raises `LookupError` when it cannot be read."""


@dataclass(frozen=True)
class Stage:
    """A step that can change an image.

    `index` is its index in the description, `key` names its random stream. Either `transform` or `options` is set; one
    option is drawn with probability proportional to `weight`. `metadata` is the argument through which a transform
    receives other images; empty if it needs none.
    """

    index: int
    key: str
    probability: float
    transform: Any = None
    options: tuple["Stage", ...] = ()
    weight: float = 1.0
    metadata: str = ""


@dataclass(frozen=True)
class Firing:
    """A stage applied in a view. `index` and `option` are its indices in the description, `state` its seed."""

    index: int
    option: int | None
    stage: Stage
    state: int
    stream: str


class StepFailed(Exception):
    """A transform that failed on an image; `firing` says which."""

    def __init__(self, firing: Firing, reason: str) -> None:
        super().__init__(reason)
        self.firing = firing


def view(
    stages: tuple[Stage, ...], base: np.ndarray, *, side: int, seed: int, digest: str, number: int,
    references: References | None = None, drawn: list[tuple[Firing, dict[str, Any]]] | None = None,
) -> np.ndarray:  # fmt: skip
    """View `number` of the image `digest` in a run with `seed`: uint8 `side` x `side` x 3, the centre at the end.

    `base` is uint8 HxWx3 and is not changed. `drawn` collects the applied stages with their random parameters.
    Raises `StepFailed`.
    """
    firings = fired(stages, seed=seed, digest=digest, number=number)
    if not firings:
        return square(base, side)
    image = middle(base, LONGEST_ASPECT * min(base.shape[:2]))
    for firing in firings:
        transform = firing.stage.transform
        others = {}
        if firing.stage.metadata:
            others = {firing.stage.metadata: [_reference(references, firing.stream, digest, base)]}
        reseed(transform, firing.state)
        try:
            image = transform(image=image, **others)["image"]
        except Exception as error:  # the library may raise anything on unusual images
            raise StepFailed(firing, f"{type(error).__name__}: {error}") from error
        if drawn is not None:
            drawn.append((firing, dict(transform.params)))
    return square(image, side)


def fired(stages: tuple[Stage, ...], *, seed: int, digest: str, number: int) -> list[Firing]:
    """The stages applied in this view, in order; for a choice, the chosen option."""
    firings = []
    for stage in stages:
        stream = f"{seed}|{digest}|{number}|{stage.key}"
        coin, state = draw(stream)
        if coin >= stage.probability:
            continue
        if not stage.options:
            firings.append(Firing(stage.index, None, stage, state, stream))
            continue
        option = _chosen(stage.options, draw(f"{stream}|choice")[0])
        stream = f"{stream}|{option.key}"
        coin, state = draw(stream)
        if coin < option.probability:
            firings.append(Firing(stage.index, option.index, option, state, stream))
    return firings


def draw(stream: str) -> tuple[float, int]:
    """A number in [0, 1) and a 32-bit seed, both determined by the name of the stream."""
    digest = hashlib.blake2b(stream.encode(), digest_size=12).digest()
    return int.from_bytes(digest[:7], "big") / 2**56, int.from_bytes(digest[8:], "big")


def reseed(transform: Any, seed: int) -> None:
    """Make the next call of `transform` a function of `seed` and the image alone."""
    transform.set_random_state(np.random.default_rng(seed), random.Random(seed))


def square(image: np.ndarray, side: int) -> np.ndarray:
    """A copy of the central square; padded by reflection if the image is too small."""
    inner = middle(image, side)
    short = [side - length for length in inner.shape[:2]]
    if any(short):
        return np.pad(inner, [(gap // 2, gap - gap // 2) for gap in short] + [(0, 0)], mode="symmetric")
    return inner.copy()


def middle(image: np.ndarray, side: int) -> np.ndarray:
    """The centre crop of at most `side` px, rounded as in torchvision's CenterCrop."""
    height, width = image.shape[:2]
    top, left = (max(0, round((length - side) / 2)) for length in (height, width))
    return image[top : top + side, left : left + side]


def _chosen(options: tuple[Stage, ...], coin: float) -> Stage:
    mark = coin * sum(option.weight for option in options)
    for option in options:
        mark -= option.weight
        if mark < 0:
            return option
    return options[-1]


def _reference(references: References | None, stream: str, digest: str, base: np.ndarray) -> np.ndarray:
    """A random image other than `digest`, drawn from the step's stream; the image itself if there is no other."""
    digests = references.digests if references is not None else ()
    others = [index for index, name in enumerate(digests) if name != digest]
    start = int(draw(f"{stream}|reference")[0] * len(others))
    for index in others[start:] + others[:start]:
        try:
            reference: np.ndarray = references[index]  # type: ignore[index]  # there are no others without references
        except LookupError:  # use the next one: a run must not fail because of one reference
            continue
        return middle(reference, LONGEST_ASPECT * min(reference.shape[:2]))
    return base
