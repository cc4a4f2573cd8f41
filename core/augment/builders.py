"""Build Albumentations transforms from parameters, through constructor calls that exports can write out.

Takes seconds to import, so import it lazily. OpenCV's thread count is left alone: with 0, 1 and 2 threads twelve views
at 224 px took the same time within noise and had the same pixels, and the setting is global to the process.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# At import Albumentations asks a server for newer versions and warns: seconds of delay and noise without a network,
# and 2.0.8 is the last version with this licence anyway.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

from core.augment import generic
from core.augment import params as p
from core.augment.standalone.adaptation import OverlayElements, PixelDistributionAdaptation
from core.augment.standalone.elastic import Elastic
from core.augment.standalone.erasing import Erasing, XYMasking
from core.augment.standalone.policies import AugMix, RandAugment, TrivialAugment
from core.data.geometry import Geometry
from core.experiment import Description


@dataclass(frozen=True)
class Call:
    """The constructor call of a transform, a class of Albumentations or `OWN`, without p and strict."""

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


Builder = Callable[[Any, Geometry], Call]

# our own classes, each in a module that does not depend on the app
_WITHOUT_STRICT = (TrivialAugment, RandAugment, AugMix, OverlayElements)
OWN: dict[str, type[A.BasicTransform]] = {
    kind.__name__: kind for kind in (Elastic, Erasing, XYMasking, PixelDistributionAdaptation, *_WITHOUT_STRICT)
}

_INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}
_COLOURS: dict[str, Any] = {"black": 0, "grey": 128, "white": 255, "noise": "random"}
# built without `strict`: the first has no arguments, the others raise on unknown arguments anyway
_NO_STRICT = frozenset({"RandomRotate90", "MedianBlur", "ToSepia", *(kind.__name__ for kind in _WITHOUT_STRICT)})


def call(name: str, params: Description, geometry: Geometry) -> Call:
    """The call that builds the transform `name` of the catalogue. May raise `ValueError`."""
    if name in BUILDERS:
        return BUILDERS[name](params, geometry)
    return Call(name, generic.arguments(name, params, geometry, _border, _COLOURS))


def make(call: Call) -> A.BasicTransform:
    """Build the transform with p=1. Raises the library's `ValueError`."""
    kind = OWN[call.kind] if call.kind in OWN else getattr(A, call.kind)
    # p=1.0: the pipeline decides when to apply; strict: a misspelt argument must not pass with a warning
    strict = {} if call.kind in _NO_STRICT else {"strict": True}
    transform: A.BasicTransform = kind(**call.arguments, p=1.0, **strict)
    return transform


def build(name: str, params: Description, geometry: Geometry) -> A.BasicTransform:
    """Build the transform `name` of the catalogue. Raises the library's `ValueError`."""
    return make(call(name, params, geometry))


def _call(kind: str, **arguments: Any) -> Call:
    return Call(kind, arguments)


def _border(fill: p.Fill) -> dict[str, Any]:
    if fill == "reflect":
        return {"border_mode": cv2.BORDER_REFLECT_101}
    return {"border_mode": cv2.BORDER_CONSTANT, "fill": (_COLOURS[fill],) * 3}


def _plus_minus(limit: float) -> tuple[float, float]:
    return -limit, limit


def _rotate(params: p.RotateParams, _: Geometry) -> Call:
    return _call("Rotate", limit=_plus_minus(params.limit), **_border(params.fill))


def _translate(params: p.TranslateParams, _: Geometry) -> Call:
    shift = {"x": _plus_minus(params.horizontal), "y": _plus_minus(params.vertical)}
    return _call("Affine", translate_percent=shift, **_border(params.fill))


def _scale(params: p.ScaleParams, _: Geometry) -> Call:
    return _call("Affine", scale=params.factor, keep_ratio=True, **_border(params.fill))


def _shear(params: p.ShearParams, _: Geometry) -> Call:
    slant = {"x": _plus_minus(params.horizontal), "y": _plus_minus(params.vertical)}
    return _call("Affine", shear=slant, **_border(params.fill))


def _random_resized_crop(params: p.RandomResizedCropParams, geometry: Geometry) -> Call:
    return _call(
        "RandomResizedCrop",
        size=(geometry.image_size, geometry.image_size),
        scale=params.area,
        ratio=params.aspect,
        interpolation=_INTERPOLATION[geometry.interpolation],
        area_for_downscale="image",  # other interpolations alias when an image shrinks
    )


def _perspective(params: p.PerspectiveParams, _: Geometry) -> Call:
    return _call("Perspective", scale=params.corners, **_border("reflect"))


def _elastic(params: p.ElasticParams, geometry: Geometry) -> Call:
    shift = params.shift * geometry.image_size
    wave = max(1.0, params.smoothness * geometry.image_size)  # the library's minimum
    return _call("Elastic", alpha=shift, sigma=wave, **_border(params.fill))


def _grid_distortion(params: p.GridDistortionParams, _: Geometry) -> Call:
    limit = _plus_minus(params.distortion)
    return _call("GridDistortion", num_steps=params.cells, distort_limit=limit, **_border("reflect"))


def _color_jitter(params: p.ColorJitterParams, _: Geometry) -> Call:
    return _call(
        "ColorJitter",
        brightness=params.brightness,
        contrast=params.contrast,
        saturation=params.saturation,
        hue=params.hue / 360,
    )


def _brightness_contrast(params: p.BrightnessContrastParams, _: Geometry) -> Call:
    brightness, contrast = _plus_minus(params.brightness), _plus_minus(params.contrast)
    return _call("RandomBrightnessContrast", brightness_limit=brightness, contrast_limit=contrast)


def _hue_shift(params: p.HueShiftParams, _: Geometry) -> Call:
    half = _plus_minus(params.limit / 2)  # 8-bit hue has steps of two degrees
    return _call("HueSaturationValue", hue_shift_limit=half, sat_shift_limit=(0, 0), val_shift_limit=(0, 0))


def _blur(params: p.BlurParams, _: Geometry) -> Call:
    low, high = params.sigma
    # the library divides by sigma: 0 would give a black image
    return _call("GaussianBlur", sigma_limit=(max(low, 0.01), max(high, 0.01)), blur_limit=0)


def _noise(params: p.NoiseParams, _: Geometry) -> Call:
    return _call("GaussNoise", std_range=params.deviation, per_channel=params.per_channel)


def _jpeg(params: p.JpegParams, _: Geometry) -> Call:
    return _call("ImageCompression", compression_type="jpeg", quality_range=params.quality)


def _dropout(params: p.DropoutParams, _: Geometry) -> Call:
    return _call(
        "CoarseDropout",
        num_holes_range=params.holes,
        hole_height_range=params.size,
        hole_width_range=params.size,
        fill=_COLOURS[params.fill],
    )


BUILDERS: dict[str, Builder] = {
    "HorizontalFlip": lambda _params, _geometry: Call("HorizontalFlip"),
    "VerticalFlip": lambda _params, _geometry: Call("VerticalFlip"),
    "RandomRotate90": lambda _params, _geometry: Call("RandomRotate90"),
    "Rotate": _rotate,
    "Translate": _translate,
    "Scale": _scale,
    "Shear": _shear,
    "RandomResizedCrop": _random_resized_crop,
    "Perspective": _perspective,
    "ElasticTransform": _elastic,
    "GridDistortion": _grid_distortion,
    "ColorJitter": _color_jitter,
    "RandomBrightnessContrast": _brightness_contrast,
    "HueShift": _hue_shift,
    "ToGray": lambda _params, _geometry: Call("ToGray"),
    "GaussianBlur": _blur,
    "GaussNoise": _noise,
    "JpegCompression": _jpeg,
    "CoarseDropout": _dropout,
}
