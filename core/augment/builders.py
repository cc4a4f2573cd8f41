"""From parameters to Albumentations transforms, and their random state. Takes seconds to import, so import it late.

OpenCV's own threads are left as they are: with 0, 1 and 2 of them twelve views at 224 px took the same time within
noise and had the same pixels, and the setting is one for the whole process.
"""

import os
import random
from collections.abc import Callable
from typing import Any

# At import Albumentations asks a server for newer versions and warns: seconds of delay and noise without a network,
# and 2.0.8 is the last version with this licence anyway.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np

from core.augment import generic
from core.augment import params as p
from core.augment.warp import waves
from core.data.geometry import Geometry
from core.experiment import Description

Builder = Callable[[Any, Geometry], A.BasicTransform]

_INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}
_COLOURS: dict[str, Any] = {"black": 0, "grey": 128, "white": 255, "noise": "random"}

# Transforms are called only when a step's coin says so, and a misspelt argument must not pass with a warning.
_ALWAYS: dict[str, Any] = {"p": 1.0, "strict": True}


def build(name: str, params: Description, geometry: Geometry) -> A.BasicTransform:
    """The transform called `name`, which the catalogue must know. Raises the library's `ValueError`."""
    if name in BUILDERS:
        return BUILDERS[name](params, geometry)
    return generic.build(name, params, geometry, _border, _COLOURS)


def _border(fill: p.Fill) -> dict[str, Any]:
    if fill == "reflect":
        return {"border_mode": cv2.BORDER_REFLECT_101}
    return {"border_mode": cv2.BORDER_CONSTANT, "fill": (_COLOURS[fill],) * 3}


def _plus_minus(limit: float) -> tuple[float, float]:
    return -limit, limit


def _rotate(params: p.RotateParams, _: Geometry) -> A.BasicTransform:
    return A.Rotate(limit=_plus_minus(params.limit), **_border(params.fill), **_ALWAYS)


def _translate(params: p.TranslateParams, _: Geometry) -> A.BasicTransform:
    shift = {"x": _plus_minus(params.horizontal), "y": _plus_minus(params.vertical)}
    return A.Affine(translate_percent=shift, **_border(params.fill), **_ALWAYS)


def _scale(params: p.ScaleParams, _: Geometry) -> A.BasicTransform:
    return A.Affine(scale=params.factor, keep_ratio=True, **_border(params.fill), **_ALWAYS)


def _shear(params: p.ShearParams, _: Geometry) -> A.BasicTransform:
    slant = {"x": _plus_minus(params.horizontal), "y": _plus_minus(params.vertical)}
    return A.Affine(shear=slant, **_border(params.fill), **_ALWAYS)


def _random_resized_crop(params: p.RandomResizedCropParams, geometry: Geometry) -> A.BasicTransform:
    return A.RandomResizedCrop(
        size=(geometry.image_size, geometry.image_size),
        scale=params.area,
        ratio=params.aspect,
        interpolation=_INTERPOLATION[geometry.interpolation],
        area_for_downscale="image",  # other interpolations alias when a picture shrinks
        **_ALWAYS,
    )


def _perspective(params: p.PerspectiveParams, _: Geometry) -> A.BasicTransform:
    return A.Perspective(scale=params.corners, **_border("reflect"), **_ALWAYS)


class _Elastic(A.ElasticTransform):
    """Albumentations' own with a better field: `alpha` is the typical shift in px, `sigma` the size of the waves in px.

    The library's field repeats the noise of the rim outwards before it blurs, which tears the rim for any large sigma
    (with sigma 34 of 256 px, five times the shift of the middle), and it takes 9 ms.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        height, width = params["shape"][:2]
        shift_x, shift_y = (self.alpha * waves(height, width, self.sigma, self.random_generator) for _ in range(2))
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        return {"map_x": columns + shift_x, "map_y": rows + shift_y}


def _elastic(params: p.ElasticParams, geometry: Geometry) -> A.BasicTransform:
    shift = params.shift * geometry.image_size
    wave = max(1.0, params.smoothness * geometry.image_size)  # the library's smallest
    return _Elastic(alpha=shift, sigma=wave, **_border(params.fill), **_ALWAYS)


def _grid_distortion(params: p.GridDistortionParams, _: Geometry) -> A.BasicTransform:
    limit = _plus_minus(params.distortion)
    return A.GridDistortion(num_steps=params.cells, distort_limit=limit, **_border("reflect"), **_ALWAYS)


def _color_jitter(params: p.ColorJitterParams, _: Geometry) -> A.BasicTransform:
    return A.ColorJitter(
        brightness=params.brightness,
        contrast=params.contrast,
        saturation=params.saturation,
        hue=params.hue / 360,
        **_ALWAYS,
    )


def _brightness_contrast(params: p.BrightnessContrastParams, _: Geometry) -> A.BasicTransform:
    brightness, contrast = _plus_minus(params.brightness), _plus_minus(params.contrast)
    return A.RandomBrightnessContrast(brightness_limit=brightness, contrast_limit=contrast, **_ALWAYS)


def _hue_shift(params: p.HueShiftParams, _: Geometry) -> A.BasicTransform:
    half = _plus_minus(params.limit / 2)  # 8-bit hue counts in steps of two degrees
    return A.HueSaturationValue(hue_shift_limit=half, sat_shift_limit=(0, 0), val_shift_limit=(0, 0), **_ALWAYS)


def _blur(params: p.BlurParams, _: Geometry) -> A.BasicTransform:
    low, high = params.sigma
    # the library divides by sigma: 0 would make a black picture
    return A.GaussianBlur(sigma_limit=(max(low, 0.01), max(high, 0.01)), blur_limit=0, **_ALWAYS)


def _noise(params: p.NoiseParams, _: Geometry) -> A.BasicTransform:
    return A.GaussNoise(std_range=params.deviation, per_channel=params.per_channel, **_ALWAYS)


def _jpeg(params: p.JpegParams, _: Geometry) -> A.BasicTransform:
    return A.ImageCompression(compression_type="jpeg", quality_range=params.quality, **_ALWAYS)


def _dropout(params: p.DropoutParams, _: Geometry) -> A.BasicTransform:
    return A.CoarseDropout(
        num_holes_range=params.holes,
        hole_height_range=params.size,
        hole_width_range=params.size,
        fill=_COLOURS[params.fill],
        **_ALWAYS,
    )


BUILDERS: dict[str, Builder] = {
    "HorizontalFlip": lambda _params, _geometry: A.HorizontalFlip(**_ALWAYS),
    "VerticalFlip": lambda _params, _geometry: A.VerticalFlip(**_ALWAYS),
    "RandomRotate90": lambda _params, _geometry: A.RandomRotate90(p=1.0),  # has no arguments, so no strict either
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
    "ToGray": lambda _params, _geometry: A.ToGray(**_ALWAYS),
    "GaussianBlur": _blur,
    "GaussNoise": _noise,
    "JpegCompression": _jpeg,
    "CoarseDropout": _dropout,
}


def reseed(transform: A.BasicTransform, seed: int) -> None:
    """Make the next call of `transform` a function of `seed` and the picture alone."""
    transform.set_random_state(np.random.default_rng(seed), random.Random(seed))
