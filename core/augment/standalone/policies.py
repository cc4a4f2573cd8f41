"""Augmentation policies as defined in their papers, each as one transform. Independent of the app: pasted into exported
scripts.

Operations and magnitudes are those of `torchvision.transforms.v2` (compared in a test), applied by Pillow with bilinear
interpolation.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import albumentations as A
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

BINS = 31  # steps of a magnitude in TrivialAugment and RandAugment
SEVERITIES = 10  # and in AugMix
Operation = tuple[str, float]  # name and magnitude


@dataclass(frozen=True)
class Span:
    """Magnitudes of an operation, from weakest to strongest; `signed`: either sign with equal probability."""

    weakest: float
    strongest: float
    signed: bool = False
    of_side: bool = False  # shares of the image's side, not px
    whole: bool = False

    def at(self, step: int, steps: int, side: int) -> float:
        """Magnitude at `step` (from 0) of `steps`, for an image of this side length."""
        value = self.weakest + (self.strongest - self.weakest) * step / (steps - 1)
        value *= side if self.of_side else 1
        return round(value) if self.whole else value


Space = dict[str, Span | None]  # None: the operation has no magnitude


def _signed(strongest: float, *names: str, of_side: bool = False) -> Space:
    return {name: Span(0.0, strongest, signed=True, of_side=of_side) for name in names}


_COLOURS = ("Brightness", "Color", "Contrast", "Sharpness")
_STILL: Space = {"Solarize": Span(1.0, 0.0), "AutoContrast": None, "Equalize": None}
# RandAugment's (Cubuk et al. 2020)
STANDARD: Space = {
    "Identity": None,
    **_signed(0.3, "ShearX", "ShearY"),
    **_signed(150 / 331, "TranslateX", "TranslateY", of_side=True),
    **_signed(30, "Rotate"),
    **_signed(0.9, *_COLOURS),
    "Posterize": Span(8, 4, whole=True),
    **_STILL,
}
# TrivialAugment's own (Mueller & Hutter 2021)
WIDE: Space = {
    "Identity": None,
    **_signed(0.99, "ShearX", "ShearY"),
    **_signed(32, "TranslateX", "TranslateY"),
    **_signed(135, "Rotate"),
    **_signed(0.99, *_COLOURS),
    "Posterize": Span(8, 2, whole=True),
    **_STILL,
}
# AugMix (Hendrycks et al. 2020): without operations that resemble the corruptions of its benchmarks
MIXED: Space = {
    **_signed(0.3, "ShearX", "ShearY"),
    **_signed(1 / 3, "TranslateX", "TranslateY", of_side=True),
    **_signed(30, "Rotate"),
    "Posterize": Span(4, 0, whole=True),
    **_STILL,
}
MIXED_ALL: Space = MIXED | _signed(0.9, *_COLOURS)


class _Policy(A.ImageOnlyTransform):
    """Common base of the policies: drawing and applying operations."""

    def __init__(self, fill: int = 0, p: float = 0.5) -> None:
        super().__init__(p=p)
        self.fill = fill

    def operation(self, space: Space, step: int, steps: int, shape: tuple[int, ...]) -> Operation:
        """A uniformly drawn operation, at magnitude `step` of `steps`."""
        name = self.py_random.choice(list(space))
        span = space[name]
        if span is None:
            return name, 0.0
        sign = -1 if span.signed and self.py_random.random() < 0.5 else 1
        return name, sign * span.at(step, steps, shape[0] if name.endswith("Y") else shape[1])

    def image(self, img: np.ndarray, chain: list[Operation]) -> np.ndarray:
        """Apply a chain of operations."""
        image = Image.fromarray(img)
        for name, magnitude in chain:
            image = OPERATIONS[name](image, magnitude, (self.fill,) * 3)
        return np.array(image)


class _Chained(_Policy):
    """A policy that applies one chain of operations."""

    def apply(self, img: np.ndarray, chain: list[Operation], **params: Any) -> np.ndarray:  # noqa: ARG002
        """Called by the library with the parameters from `get_params_dependent_on_data`."""
        return self.image(img, chain)


class TrivialAugment(_Chained):
    """One operation at a random magnitude. S. G. Mueller & F. Hutter, "TrivialAugment: Tuning-free yet
    state-of-the-art data augmentation", ICCV 2021. `space` is 'wide' (theirs) or 'standard' (RandAugment's).
    """

    def __init__(self, space: str = "wide", fill: int = 0, p: float = 0.5) -> None:
        super().__init__(fill, p)
        self.space = space

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """The operation of this view."""
        space = {"wide": WIDE, "standard": STANDARD}[self.space]
        chain = [self.operation(space, self.py_random.randrange(BINS), BINS, params["shape"])]
        return {"chain": chain, "operations": chain_text(chain)}


class RandAugment(_Chained):
    """A number of random operations, all at one magnitude from 0 to 30. E. D. Cubuk et al., "RandAugment: Practical
    automated data augmentation with a reduced search space", NeurIPS 2020.
    """

    def __init__(self, operations: int = 2, magnitude: int = 9, fill: int = 128, p: float = 0.5) -> None:
        super().__init__(fill, p)
        self.operations = operations
        self.magnitude = magnitude

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """The operations of this view."""
        shape = params["shape"]
        chain = [self.operation(STANDARD, self.magnitude, BINS, shape) for _ in range(self.operations)]
        return {"chain": chain, "operations": chain_text(chain)}


class AugMix(_Policy):
    """The image blended with `width` chains of `depth` operations each (None: 1 to 3 at random). D. Hendrycks et al.,
    "AugMix: A simple data processing method to improve robustness and uncertainty", ICLR 2020. `alpha` is the
    parameter of the Dirichlet distributions from which the shares are drawn.
    """

    def __init__(
        self, severity: int = 3, width: int = 3, depth: int | None = None, alpha: float = 1.0, all_ops: bool = False,
        fill: int = 0, p: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__(fill, p)
        self.severity = severity
        self.width = width
        self.depth = depth
        self.alpha = alpha
        self.all_ops = all_ops

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """The shares and the chains of this view."""
        plain, mixed = self.random_generator.dirichlet([self.alpha] * 2)
        shares = self.random_generator.dirichlet([self.alpha] * self.width) * mixed
        parts = [(float(plain), []), *((float(share), self._chain(params["shape"])) for share in shares)]
        return {"parts": parts, "blend": "; ".join(_share_text(share, chain) for share, chain in parts)}

    def apply(self, img: np.ndarray, parts: list[tuple[float, list[Operation]]], **params: Any) -> np.ndarray:  # noqa: ARG002
        """The blend of the image with its chains."""
        blend = sum(share * self.image(img, chain).astype(np.float32) for share, chain in parts)
        return np.clip(np.rint(blend), 0, 255).astype(np.uint8)

    def _chain(self, shape: tuple[int, ...]) -> list[Operation]:
        space = MIXED_ALL if self.all_ops else MIXED
        depth = self.py_random.randint(1, 3) if self.depth is None else self.depth
        return [self.operation(space, self.py_random.randrange(self.severity), SEVERITIES, shape) for _ in range(depth)]


def chain_text(chain: list[Operation]) -> str:
    """A chain as text: 'rotate 17.4, sharpness 1.2'."""
    return ", ".join(_operation_text(name, magnitude) for name, magnitude in chain)


def _share_text(share: float, chain: list[Operation]) -> str:
    return f"{100 * share:.0f} % {chain_text(chain) or 'plain'}"


def _operation_text(name: str, magnitude: float) -> str:
    title = {"ShearX": "shear x", "ShearY": "shear y", "TranslateX": "translate x", "TranslateY": "translate y",
             "AutoContrast": "auto contrast"}.get(name, name.lower())  # fmt: skip
    if name in ("Identity", "AutoContrast", "Equalize"):
        return title
    return f"{title} {1 + magnitude if name in _COLOURS else magnitude or 0.0:.3g}"


Fill = tuple[int, int, int]


def _affine(image: Image.Image, row: tuple[float, ...], fill: Fill) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, row, Image.Resampling.BILINEAR, fillcolor=fill)


def _shear_x(image: Image.Image, magnitude: float, fill: Fill) -> Image.Image:
    return _affine(image, (1, magnitude, 0, 0, 1, 0), fill)


def _shear_y(image: Image.Image, magnitude: float, fill: Fill) -> Image.Image:
    return _affine(image, (1, 0, 0, magnitude, 1, 0), fill)


def _translate_x(image: Image.Image, magnitude: float, fill: Fill) -> Image.Image:
    return _affine(image, (1, 0, -int(magnitude), 0, 1, 0), fill)


def _translate_y(image: Image.Image, magnitude: float, fill: Fill) -> Image.Image:
    return _affine(image, (1, 0, 0, 0, 1, -int(magnitude)), fill)


def _rotate(image: Image.Image, magnitude: float, fill: Fill) -> Image.Image:
    return image.rotate(magnitude, Image.Resampling.BILINEAR, fillcolor=fill)


def _posterize(image: Image.Image, magnitude: float, _fill: Fill) -> Image.Image:
    mask = 256 - 2 ** (8 - int(magnitude))  # ImageOps refuses 0 bits, which AugMix at full severity has
    return image.point([value & mask for value in range(256)] * 3)


def _enhanced(kind: Callable[[Image.Image], Any]) -> "Function":
    def enhance(image: Image.Image, magnitude: float, _fill: Fill) -> Image.Image:
        enhanced: Image.Image = kind(image).enhance(1 + magnitude)
        return enhanced

    return enhance


Function = Callable[[Image.Image, float, Fill], Image.Image]
OPERATIONS: dict[str, Function] = {
    "Identity": lambda image, _magnitude, _fill: image,
    "ShearX": _shear_x,
    "ShearY": _shear_y,
    "TranslateX": _translate_x,
    "TranslateY": _translate_y,
    "Rotate": _rotate,
    "Brightness": _enhanced(ImageEnhance.Brightness),
    "Color": _enhanced(ImageEnhance.Color),
    "Contrast": _enhanced(ImageEnhance.Contrast),
    "Sharpness": _enhanced(ImageEnhance.Sharpness),
    "Posterize": _posterize,
    "Solarize": lambda image, magnitude, _fill: ImageOps.solarize(image, math.ceil(255 * magnitude)),
    "AutoContrast": lambda image, _magnitude, _fill: ImageOps.autocontrast(image),
    "Equalize": lambda image, _magnitude, _fill: ImageOps.equalize(image),
}
