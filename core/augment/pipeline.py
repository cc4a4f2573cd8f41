"""Views: what a pipeline makes of a picture. A view depends on its arguments alone, never on what was drawn before.

Every step draws from generators of its own, seeded by (seed, digest, number, the step's name and which of that name it
is). So a step that is added, removed, switched off or made stronger does not change what the others draw.
"""

import hashlib
import math
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from core.augment.steps import check_parameters, parameters, report
from core.augment.strength import at_rest, scaled
from core.data.geometry import Geometry
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec, Step

# Steps see at most this many squares of a panorama, its middle: time stays bounded, and OpenCV refuses to warp
# pictures with a side of 32768 px or more.
LONGEST_ASPECT = 4
_UNTOLD = {"shape", "interpolation", "mask_interpolation", "fill", "fill_mask", "seed"}  # as set, or for nobody to read
_CHECK_GEOMETRY = Geometry(image_size=64, resize_size=72)


@dataclass(frozen=True, slots=True)
class _Active:
    """A step that can change a picture. `index` is its place in the description, `key` names its random stream."""

    index: int
    key: str
    probability: float
    transform: Any


def check(spec: PipelineSpec) -> None:
    """Build every step, also those switched off, and forget them.

    Raises `UnknownTransform` if any name is unknown, else `InvalidPipeline`; the message has the problems of all steps,
    each with its number, name and the library's reason.
    """
    check_parameters(spec)
    report(spec, lambda step: _transform(step, spec.strength, _CHECK_GEOMETRY))


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that took part in a view: its place in the description (from 0) and what it drew, for people to read."""

    index: int
    drawn: dict[str, str]


class Pipeline:
    """A pipeline ready to make views. Raises like `check` when it is made.

    Give each thread an object of its own: the transforms hold random state, so views of one object wait for each other.
    """

    def __init__(self, spec: PipelineSpec, geometry: Geometry) -> None:
        check_parameters(spec)
        self.spec = spec
        self.geometry = geometry
        self._active = _active(spec, geometry)
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:  # a lock cannot be pickled; the description is enough
        return Pipeline, (self.spec, self.geometry)

    @property
    def changes_anything(self) -> bool:
        """Whether any step is switched on and strong enough to change a picture."""
        return bool(self._active)

    def view(self, base: np.ndarray, *, seed: int, digest: str, number: int) -> np.ndarray:
        """The view `number` of the picture `digest` in a run with `seed`: uint8 SxSx3, S the geometry's image size.

        `base` is uint8 HxWx3 RGB with its shorter side already at the geometry's resize size; it is not changed. The
        steps run on it in order, then the centre is cropped.
        """
        fired = self._fired(seed, digest, number)
        return _square(self._augmented(base, fired) if fired else base, self.geometry.image_size)

    def plain(self, base: np.ndarray) -> np.ndarray:
        """The picture as evaluation sees it: the centre of `base`, uint8 SxSx3."""
        return _square(base, self.geometry.image_size)

    def applied(self, *, seed: int, digest: str, number: int) -> tuple[int, ...]:
        """The steps (their places in the description, from 0) that take part in this view."""
        return tuple(step.index for step, _ in self._fired(seed, digest, number))

    def fired(self, base: np.ndarray, *, seed: int, digest: str, number: int) -> tuple[Fired, ...]:
        """As `applied`, with the parameters that each step drew for this view of `base`."""
        found: list[Fired] = []
        self._augmented(base, self._fired(seed, digest, number), found)
        return tuple(found)

    def _augmented(
        self, base: np.ndarray, fired: list[tuple[_Active, int]], told: list[Fired] | None = None
    ) -> np.ndarray:
        from core.augment.builders import reseed

        picture = _middle(base, LONGEST_ASPECT * min(base.shape[:2]))
        with self._lock:
            for step, state in fired:
                reseed(step.transform, state)
                picture = step.transform(image=picture)["image"]
                if told is not None:
                    told.append(Fired(step.index, _readable(step.transform.params)))
        return picture

    def _fired(self, seed: int, digest: str, number: int) -> list[tuple[_Active, int]]:
        drawn = [(step, *_draw(f"{seed}|{digest}|{number}|{step.key}")) for step in self._active]
        return [(step, state) for step, coin, state in drawn if coin < step.probability]


def _active(spec: PipelineSpec, geometry: Geometry) -> tuple[_Active, ...]:
    if spec.strength == 0:
        return ()
    found: list[_Active] = []
    names: list[str] = []
    for index, step in enumerate(spec.steps):
        key = f"{step.transform}|{names.count(step.transform)}"
        names.append(step.transform)
        params, probability = scaled(parameters(step), step.p, spec.strength)
        if step.enabled and probability > 0 and not at_rest(params):
            found.append(_Active(index, key, probability, _transform(step, spec.strength, geometry)))
    return tuple(found)


def _transform(step: Step, strength: float, geometry: Geometry) -> Any:
    from core.augment.builders import build  # seconds of imports; pages that only list steps must not wait for it

    params, _ = scaled(parameters(step), step.p, strength)
    try:
        return build(step.transform, params, geometry)
    except ValueError as error:
        reason = " ".join(str(error).split())[:300]
        raise InvalidPipeline(f"Albumentations refuses these parameters: {reason}") from error


def _readable(params: dict[str, Any]) -> dict[str, str]:
    """Numbers, words and short lists of them; fields, masks and shapes say nothing to a reader."""
    found: dict[str, str] = {}
    for name, value in params.items():
        if name == "matrix" and np.shape(value) == (3, 3):
            turn, zoom = math.degrees(math.atan2(value[1][0], value[0][0])), math.hypot(value[0][0], value[1][0])
            found |= {"turn": f"{turn:.3g}°", "zoom": f"{zoom:.3g}×"}
            continue
        if name in _UNTOLD or (isinstance(value, np.ndarray) and value.size > 4):
            continue
        numbers = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        if isinstance(numbers, bool | int | str):
            found[name] = str(numbers)
        elif isinstance(numbers, float):
            found[name] = f"{numbers:.3g}"
        elif isinstance(numbers, list | tuple) and all(isinstance(each, int | float) for each in numbers):
            found[name] = ", ".join(f"{each:.3g}" for each in numbers)
    return found


def _draw(text: str) -> tuple[float, int]:
    """A number in [0, 1) and a 32-bit seed, both fixed by `text`."""
    digest = hashlib.blake2b(text.encode(), digest_size=12).digest()
    return int.from_bytes(digest[:7], "big") / 2**56, int.from_bytes(digest[8:], "big")


def _square(picture: np.ndarray, side: int) -> np.ndarray:
    """The central square as an array of its own; mirrored outwards where the picture is too small."""
    middle = _middle(picture, side)
    short = [side - length for length in middle.shape[:2]]
    if any(short):
        return np.pad(middle, [(gap // 2, gap - gap // 2) for gap in short] + [(0, 0)], mode="symmetric")
    return middle.copy()


def _middle(picture: np.ndarray, side: int) -> np.ndarray:
    """At most `side` px of each direction, from the centre, rounded as torchvision's CenterCrop does."""
    height, width = picture.shape[:2]
    top, left = (max(0, round((length - side) / 2)) for length in (height, width))
    return picture[top : top + side, left : left + side]
