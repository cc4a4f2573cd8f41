"""Map Albumentations' arguments back to the catalogue's parameters. Imports no image library.

The result is only a proposal: the caller builds the transform from it and compares. Missing or malformed values raise
`KeyError`, `TypeError` or `IndexError`.
"""

from collections.abc import Callable
from typing import Any

from core.augment import catalogue

Arguments = dict[str, Any]

# catalogue names that differ from the library's class name
CLASSES = {
    "Translate": "Affine", "Scale": "Affine", "Shear": "Affine",
    "HueShift": "HueSaturationValue", "JpegCompression": "ImageCompression",
}  # fmt: skip
# the library's aliases of classes in the catalogue
SAME = {"SquareSymmetry": "D4", "TimeReverse": "HorizontalFlip", "ShiftScaleRotate": "Affine"}
ALIKE = {"TimeMasking": "XYMasking", "FrequencyMasking": "XYMasking"}  # special cases that the catalogue cannot express
REFLECT_101 = 4  # OpenCV's number
_COLOURS = {0: "black", 128: "grey", 255: "white"}


def candidates(library_class: str) -> tuple[str, ...]:
    """Catalogue names that may build this class, the most specific first, the one with the class's own name last."""
    special = tuple(name for name, made in CLASSES.items() if made == library_class)
    return (*special, *((library_class,) if library_class in catalogue.TRANSFORMS else ()))


def proposal(name: str, kwargs: Arguments) -> Arguments:
    """The parameters of the catalogue's `name` that come nearest to the library's complete arguments."""
    if name in _BY_HAND:
        return _BY_HAND[name](kwargs)
    schema = catalogue.get(name).params.model_json_schema().get("properties", {})
    return {field: _value(field, about, kwargs) for field, about in schema.items()}


def _value(field: str, about: Arguments, kwargs: Arguments) -> Any:
    if field == "border_mode":
        return border(kwargs)
    value = _sides(kwargs[field])
    if field == "fill":
        return colour(value)
    if field == "min_max_height":  # in px of the image size
        return [round(one / kwargs["size"][0], 6) for one in value]
    if about.get("symmetric"):
        return _plain(_high(value))
    one_number = about.get("type") in ("number", "integer")
    return _plain(value[0] if one_number and isinstance(value, list | tuple) else value)


def border(kwargs: Arguments) -> str:
    """The fill of the border: 'reflect' or a colour name."""
    return "reflect" if kwargs["border_mode"] == REFLECT_101 else colour(kwargs.get("fill", 0))


def colour(fill: Any) -> str:
    """The name of a fill colour; 'black' if it has none."""
    if isinstance(fill, str):
        return "noise" if fill == "random" else fill
    numbers = set(fill) if isinstance(fill, list | tuple) else {fill}
    return _COLOURS.get(numbers.pop(), "black") if len(numbers) == 1 else "black"


def _sides(value: Any) -> Any:
    """The value for x, where x and y have values of their own."""
    return value["x"] if isinstance(value, dict) and "x" in value else value


def _high(span: Any) -> Any:
    value = _sides(span)
    return value[-1] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """Round floats, recursively."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return round(value, 10) if isinstance(value, float) else value


def _both(kwargs: Arguments, name: str) -> Arguments:
    moved = kwargs[name]
    return {"horizontal": _plain(_high(moved["x"])), "vertical": _plain(_high(moved["y"])), "fill": border(kwargs)}


def _jitter(kwargs: Arguments) -> Arguments:
    shares = {name: _plain(_high(kwargs[name]) - 1) for name in ("brightness", "contrast", "saturation")}
    return shares | {"hue": _plain(_high(kwargs["hue"]) * 360)}


def _added_noise(kwargs: Arguments) -> Arguments:
    """Undoes `generic._added_noise`."""
    kind, noise = kwargs["noise_type"], kwargs["noise_params"]
    if kind == "uniform":
        amount = [noise["ranges"][0][1]] * 2
    else:
        amount = list(noise["std_range" if kind == "gaussian" else "scale_range"])
    if kind == "beta":
        amount = [one / 2 for one in amount]
    return {"noise_type": kind, "amount": _plain(amount), "spatial_mode": kwargs["spatial_mode"]}


_BY_HAND: dict[str, Callable[[Arguments], Arguments]] = {
    "HorizontalFlip": lambda _: {},
    "VerticalFlip": lambda _: {},
    "RandomRotate90": lambda _: {},
    "ToGray": lambda _: {},
    "Rotate": lambda kwargs: {"limit": _plain(_high(kwargs["limit"])), "fill": border(kwargs)},
    "Translate": lambda kwargs: _both(kwargs, "translate_percent"),
    "Scale": lambda kwargs: {"factor": _plain(_sides(kwargs["scale"])), "fill": border(kwargs)},
    "Shear": lambda kwargs: _both(kwargs, "shear"),
    "RandomResizedCrop": lambda kwargs: {"area": _plain(kwargs["scale"]), "aspect": _plain(kwargs["ratio"])},
    "Perspective": lambda kwargs: {"corners": _plain(kwargs["scale"])},
    "GridDistortion": lambda kwargs: {
        "distortion": _plain(_high(kwargs["distort_limit"])), "cells": kwargs["num_steps"],
    },
    "ColorJitter": _jitter,
    "RandomBrightnessContrast": lambda kwargs: {
        "brightness": _plain(_high(kwargs["brightness_limit"])), "contrast": _plain(_high(kwargs["contrast_limit"])),
    },
    "HueShift": lambda kwargs: {"limit": _plain(2 * _high(kwargs["hue_shift_limit"]))},
    "GaussianBlur": lambda kwargs: {"sigma": _plain(kwargs["sigma_limit"])},
    "GaussNoise": lambda kwargs: {"deviation": _plain(kwargs["std_range"]), "per_channel": kwargs["per_channel"]},
    "JpegCompression": lambda kwargs: {"quality": list(kwargs["quality_range"])},
    "CoarseDropout": lambda kwargs: {
        "size": _plain(kwargs["hole_height_range"]), "holes": list(kwargs["num_holes_range"]),
        "fill": colour(kwargs["fill"]),
    },
    "AdditiveNoise": _added_noise,
}  # fmt: skip
