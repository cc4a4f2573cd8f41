"""Views from transforms. The app and the Python script that it exports both run this file, so it needs nothing of the
app: a script has it pasted in.

Every step draws from generators of its own, seeded by (seed, digest, number, the step's key). So a step that is added,
removed, switched off or made stronger does not change what the others draw.
"""

import hashlib
import random
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

# Steps see at most this many squares of a panorama, its middle: time stays bounded, and OpenCV refuses to warp
# images with a side of 32768 px or more.
LONGEST_ASPECT = 4


class References(Protocol):
    """Other images that a step may look at: uint8 HxWx3, each with a digest of its own."""

    @property
    def digests(self) -> tuple[str, ...]:
        """One name per image, sorted, none twice."""

    def __getitem__(self, index: int) -> np.ndarray:
        """The image of `digests[index]`. Raises `LookupError` when it cannot be read."""


@dataclass(frozen=True)
class Stage:
    """A step that can change an image.

    `index` is its place in the description, `key` names its random stream. Either `transform` is set or `options`,
    of which one is taken, drawn by `weight`. `metadata` is the argument under which a transform is given other
    images; empty: it needs none.
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
    """A stage that takes part in a view. `index` and `option` are its places in the description, `state` its seed."""

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
    references: References | None = None, told: list[tuple[Firing, dict[str, Any]]] | None = None,
) -> np.ndarray:  # fmt: skip
    """View `number` of the image `digest` in a run with `seed`: uint8 `side` x `side` x 3, the centre at the end.

    `base` is uint8 HxWx3 and is not changed. `told` is filled with what took part and the parameters that it drew.
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
        except Exception as error:  # whatever a library makes of an image that it does not bear
            raise StepFailed(firing, f"{type(error).__name__}: {error}") from error
        if told is not None:
            told.append((firing, dict(transform.params)))
    return square(image, side)


def fired(stages: tuple[Stage, ...], *, seed: int, digest: str, number: int) -> list[Firing]:
    """The stages that take part in this view, in order; of a choice the option that is taken."""
    found = []
    for stage in stages:
        stream = f"{seed}|{digest}|{number}|{stage.key}"
        coin, state = draw(stream)
        if coin >= stage.probability:
            continue
        if not stage.options:
            found.append(Firing(stage.index, None, stage, state, stream))
            continue
        option = _chosen(stage.options, draw(f"{stream}|choice")[0])
        stream = f"{stream}|{option.key}"
        coin, state = draw(stream)
        if coin < option.probability:
            found.append(Firing(stage.index, option.index, option, state, stream))
    return found


def draw(stream: str) -> tuple[float, int]:
    """A number in [0, 1) and a 32-bit seed, both fixed by the name of the stream."""
    digest = hashlib.blake2b(stream.encode(), digest_size=12).digest()
    return int.from_bytes(digest[:7], "big") / 2**56, int.from_bytes(digest[8:], "big")


def reseed(transform: Any, seed: int) -> None:
    """Make the next call of `transform` a function of `seed` and the image alone."""
    transform.set_random_state(np.random.default_rng(seed), random.Random(seed))


def square(image: np.ndarray, side: int) -> np.ndarray:
    """The central square as an array of its own; mirrored outwards where the image is too small."""
    inner = middle(image, side)
    short = [side - length for length in inner.shape[:2]]
    if any(short):
        return np.pad(inner, [(gap // 2, gap - gap // 2) for gap in short] + [(0, 0)], mode="symmetric")
    return inner.copy()


def middle(image: np.ndarray, side: int) -> np.ndarray:
    """At most `side` px of each direction, from the centre, rounded as torchvision's CenterCrop does."""
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
    """Another image than `digest`, drawn from the step's stream; the image itself only where there is no other."""
    digests = references.digests if references is not None else ()
    others = [index for index, name in enumerate(digests) if name != digest]
    start = int(draw(f"{stream}|reference")[0] * len(others))
    for index in others[start:] + others[:start]:
        try:
            found: np.ndarray = references[index]  # type: ignore[index]  # there are no others without references
        except LookupError:  # the next one serves as well, and a run must not end for it
            continue
        return middle(found, LONGEST_ASPECT * min(found.shape[:2]))
    return base
