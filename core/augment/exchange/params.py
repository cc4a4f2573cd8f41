"""From Albumentations' arguments back to the catalogue's parameters. Imports no image library.

What is found here is a proposal: whoever uses it builds the transform from it and compares, so that nothing has to be
judged here. A value that is missing or of another form raises `KeyError`, `TypeError` or `IndexError`.
"""

from collections.abc import Callable
from typing import Any

from core.augment import catalogue

Arguments = dict[str, Any]

# those of the catalogue that are not called as the library's class is
CLASSES = {
    "Translate": "Affine", "Scale": "Affine", "Shear": "Affine",
    "HueShift": "HueSaturationValue", "JpegCompression": "ImageCompression",
}  # fmt: skip
# other names that the library has for classes of the catalogue
SAME = {"SquareSymmetry": "D4", "TimeReverse": "HorizontalFlip", "ShiftScaleRotate": "Affine"}
ALIKE = {"TimeMasking": "XYMasking", "FrequencyMasking": "XYMasking"}  # special cases that the catalogue's cannot be
REFLECT_101 = 4  # OpenCV's number
_COLOURS = {0: "black", 128: "grey", 255: "white"}


def candidates(library_class: str) -> tuple[str, ...]:
    """Names of the catalogue that may be this class, the most special first, the one of its own name last."""
    special = tuple(name for name, made in CLASSES.items() if made == library_class)
    return (*special, *((library_class,) if library_class in catalogue.TRANSFORMS else ()))


def proposal(name: str, given: Arguments) -> Arguments:
    """The parameters of the catalogue's `name` that come nearest to the library's complete arguments."""
    if name in _BY_HAND:
        return _BY_HAND[name](given)
    schema = catalogue.get(name).params.model_json_schema().get("properties", {})
    return {field: _value(field, about, given) for field, about in schema.items()}


def _value(field: str, about: Arguments, given: Arguments) -> Any:
    if field == "border_mode":
        return border(given)
    value = _sides(given[field])
    if field == "fill":
        return colour(value)
    if field == "min_max_height":  # px of the square that is cut out of
        return [round(one / given["size"][0], 6) for one in value]
    if about.get("symmetric"):
        return _plain(_high(value))
    one_number = about.get("type") in ("number", "integer")
    return _plain(value[0] if one_number and isinstance(value, list | tuple) else value)


def border(given: Arguments) -> str:
    """What stands where the image moved away."""
    return "reflect" if given["border_mode"] == REFLECT_101 else colour(given.get("fill", 0))


def colour(fill: Any) -> str:
    """The word for a fill; 'black' where there is none for it."""
    if isinstance(fill, str):
        return "noise" if fill == "random" else fill
    numbers = set(fill) if isinstance(fill, list | tuple) else {fill}
    return _COLOURS.get(numbers.pop(), "black") if len(numbers) == 1 else "black"


def _sides(value: Any) -> Any:
    """Both directions, where they are told apart, as one."""
    return value["x"] if isinstance(value, dict) and "x" in value else value


def _high(span: Any) -> Any:
    value = _sides(span)
    return value[-1] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """Without the last digits that arithmetic left, and a whole number where one was meant."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return round(value, 10) if isinstance(value, float) else value


def _both(given: Arguments, name: str) -> Arguments:
    moved = given[name]
    return {"horizontal": _plain(_high(moved["x"])), "vertical": _plain(_high(moved["y"])), "fill": border(given)}


def _jitter(given: Arguments) -> Arguments:
    shares = {name: _plain(_high(given[name]) - 1) for name in ("brightness", "contrast", "saturation")}
    return shares | {"hue": _plain(_high(given["hue"]) * 360)}


def _added_noise(given: Arguments) -> Arguments:
    """Undoes `generic._added_noise`."""
    kind, noise = given["noise_type"], given["noise_params"]
    if kind == "uniform":
        amount = [noise["ranges"][0][1]] * 2
    else:
        amount = list(noise["std_range" if kind == "gaussian" else "scale_range"])
    if kind == "beta":
        amount = [one / 2 for one in amount]
    return {"noise_type": kind, "amount": _plain(amount), "spatial_mode": given["spatial_mode"]}


_BY_HAND: dict[str, Callable[[Arguments], Arguments]] = {
    "HorizontalFlip": lambda _: {},
    "VerticalFlip": lambda _: {},
    "RandomRotate90": lambda _: {},
    "ToGray": lambda _: {},
    "Rotate": lambda given: {"limit": _plain(_high(given["limit"])), "fill": border(given)},
    "Translate": lambda given: _both(given, "translate_percent"),
    "Scale": lambda given: {"factor": _plain(_sides(given["scale"])), "fill": border(given)},
    "Shear": lambda given: _both(given, "shear"),
    "RandomResizedCrop": lambda given: {"area": _plain(given["scale"]), "aspect": _plain(given["ratio"])},
    "Perspective": lambda given: {"corners": _plain(given["scale"])},
    "GridDistortion": lambda given: {
        "distortion": _plain(_high(given["distort_limit"])), "cells": given["num_steps"],
    },
    "ColorJitter": _jitter,
    "RandomBrightnessContrast": lambda given: {
        "brightness": _plain(_high(given["brightness_limit"])), "contrast": _plain(_high(given["contrast_limit"])),
    },
    "HueShift": lambda given: {"limit": _plain(2 * _high(given["hue_shift_limit"]))},
    "GaussianBlur": lambda given: {"sigma": _plain(given["sigma_limit"])},
    "GaussNoise": lambda given: {"deviation": _plain(given["std_range"]), "per_channel": given["per_channel"]},
    "JpegCompression": lambda given: {"quality": list(given["quality_range"])},
    "CoarseDropout": lambda given: {
        "size": _plain(given["hole_height_range"]), "holes": list(given["num_holes_range"]),
        "fill": colour(given["fill"]),
    },
    "AdditiveNoise": _added_noise,
}  # fmt: skip
