"""Views: augmented versions of an image. A view depends on its arguments alone, never on earlier draws."""

import math
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from core.augment import catalogue
from core.augment.catalogue import ONE_OF
from core.augment.plan import Planned, call_of, plan, refusal
from core.augment.standalone import runtime
from core.augment.standalone.runtime import References, Stage
from core.augment.steps import check_parameters, report
from core.data.geometry import Geometry
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec, Step

_HIDDEN = {
    "shape",
    "interpolation",
    "mask_interpolation",
    "fill",
    "fill_mask",
    "seed",
}  # not shown
_CHECK_GEOMETRY = Geometry(image_size=64, resize_size=72)


def check(spec: PipelineSpec) -> None:
    """Check a pipeline by building every step, also those switched off.

    Raises `UnknownTransform` if any name is unknown, else `InvalidPipeline`; the message lists the problems of all
    steps, each with its number, name and the library's reason. Reference images, which some steps need, are not
    checked.
    """
    check_parameters(spec)
    report(spec, lambda step: _try(step, spec.strength))


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that was applied in a view: its index in the description (from 0) and its random parameters as text.

    `option` is the index of the chosen option, `transform` the name of the applied transform.
    """

    index: int
    drawn: dict[str, str]
    option: int | None = None
    transform: str = ""


class Pipeline:
    """A pipeline ready to make views. The constructor raises like `check`, also when required `references` are missing.

    Use one object per thread: the transforms hold random state, so calls on one object wait for each other.
    """

    def __init__(self, spec: PipelineSpec, geometry: Geometry, references: References | None = None) -> None:
        planned = plan(spec, geometry)
        if references is None or not references.digests:
            _refuse_references(planned, spec)
        self.spec = spec
        self.geometry = geometry
        self._references = references
        self._stages = tuple(_stage(one) for one in planned)
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:  # locks cannot be pickled; the description is enough
        return Pipeline, (self.spec, self.geometry, self._references)

    @property
    def changes_anything(self) -> bool:
        """Whether any step is enabled and strong enough to change an image."""
        return bool(self._stages)

    def view(self, base: np.ndarray, *, seed: int, digest: str, number: int) -> np.ndarray:
        """View `number` of the image `digest` in a run with `seed`: uint8 SxSx3, S the geometry's image size.

        `base` is uint8 HxWx3 RGB with its shorter side already at the geometry's resize size; it is not changed. The
        steps are applied in order, then the centre is cropped. Raises `InvalidPipeline` if a step fails.
        """
        return self._view(base, seed, digest, number, None)

    def plain(self, base: np.ndarray) -> np.ndarray:
        """The image as evaluation sees it: the centre of `base`, uint8 SxSx3."""
        return runtime.square(base, self.geometry.image_size)

    def applied(self, *, seed: int, digest: str, number: int) -> tuple[int, ...]:
        """The indices (from 0) of the steps that are applied in this view."""
        firings = runtime.fired(self._stages, seed=seed, digest=digest, number=number)
        return tuple(firing.index for firing in firings)

    def fired(self, base: np.ndarray, *, seed: int, digest: str, number: int) -> tuple[Fired, ...]:
        """Like `applied`, with the random parameters of each step for this view of `base`."""
        drawn_params: list[tuple[runtime.Firing, dict[str, Any]]] = []
        self._view(base, seed, digest, number, drawn_params)
        return tuple(self._fired(firing, params) for firing, params in drawn_params)

    def _view(self, base: np.ndarray, seed: int, digest: str, number: int, drawn_params: Any) -> np.ndarray:
        side, references = self.geometry.image_size, self._references
        with self._lock:
            try:
                return runtime.view(
                    self._stages, base, side=side, seed=seed, digest=digest, number=number, references=references,
                    drawn=drawn_params,
                )  # fmt: skip
            except runtime.StepFailed as error:
                place = f"Step {error.firing.index + 1} ({self._step(error.firing).transform})"
                reason = f"{place} failed on an image of {base.shape[1]} x {base.shape[0]} px: {_short(error)}"
                raise InvalidPipeline(f"{reason}. Change its parameters, or switch it off.") from error

    def _step(self, firing: runtime.Firing) -> Step:
        step = self.spec.steps[firing.index]
        return step if firing.option is None else step.options[firing.option]

    def _fired(self, firing: runtime.Firing, params: dict[str, Any]) -> Fired:
        return Fired(firing.index, readable(params), firing.option, self._step(firing).transform)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _stage(planned: Planned) -> Stage:
    options = tuple(_stage(option) for option in planned.options)
    transform = None if planned.call is None else _made(planned.call)
    metadata = getattr(transform, "metadata_key", "")
    return Stage(planned.index, planned.key, planned.probability, transform, options, planned.weight, metadata)


def _try(step: Step, strength: float) -> None:
    if step.transform != ONE_OF:
        _made(call_of(step, strength, _CHECK_GEOMETRY))


def _made(call: Any) -> Any:
    from core.augment.builders import make

    try:
        return make(call)
    except ValueError as error:
        raise refusal(error) from error


def _refuse_references(planned: tuple[Planned, ...], spec: PipelineSpec) -> None:
    for one in planned:
        step = spec.steps[one.index]
        for name in [step.options[option.index].transform for option in one.options] or [step.transform]:
            if catalogue.get(name).references:
                raise InvalidPipeline(
                    f"The augmentation pipeline cannot be used. Step {one.index + 1} ({name}): It draws "
                    "from other training images, and there are none here. Add some, or switch the step off."
                )


def _affine_text(matrix: np.ndarray, shape: tuple[int, ...]) -> dict[str, str]:
    """Rotation, zoom and shift of the image centre (if any) of an affine map of an image (H, W, ...)."""
    turn, zoom = math.degrees(math.atan2(matrix[1][0], matrix[0][0])), math.hypot(matrix[0][0], matrix[1][0])
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2, 1.0])
    right, down = (round(float(row @ middle - start)) for row, start in zip(matrix[:2], middle, strict=False))
    shift = {"shift": f"{right}, {down} px"} if right or down else {}
    return {"turn": f"{turn:.3g}°", "zoom": f"{zoom:.3g}×", **shift}


def readable(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as text: numbers, words and short lists. Fields, masks and shapes are left out."""
    texts: dict[str, str] = {}
    for name, value in params.items():
        if name == "matrix" and np.shape(value) == (3, 3):
            texts |= _affine_text(value, params.get("shape", (0, 0)))
            continue
        if name in _HIDDEN or (isinstance(value, np.ndarray) and value.size > 4):
            continue
        numbers = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        if isinstance(numbers, bool | int | str):
            texts[name] = str(numbers)
        elif isinstance(numbers, float):
            texts[name] = f"{numbers:.3g}"
        elif isinstance(numbers, list | tuple) and all(isinstance(each, int | float) for each in numbers):
            texts[name] = ", ".join(f"{each:.3g}" for each in numbers)
    return texts
