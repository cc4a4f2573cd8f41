"""Defaults that Albumentations has changed since a file was written. Imports no image library.

A file may leave out arguments. What it means by that are the defaults of the version that wrote it, which its
`__version__` names. Source: the signatures of the releases 0.5.2 to 2.0.8.
"""

import re
from dataclasses import dataclass
from typing import Any

Arguments = dict[str, Any]
Version = tuple[int, int, int]

_MOVED = ("scale", "translate_percent", "translate_px", "rotate", "shear")
_BORDER = ("border_mode", "mode")
_REFLECTED = ("Rotate", "SafeRotate", "ShiftScaleRotate", "ElasticTransform", "GridDistortion", "OpticalDistortion")


@dataclass(frozen=True, slots=True)
class _Default:
    """Up to (without) the version `until`, the class had these `values` where the file has none of `instead`."""

    name: str
    until: Version
    values: Arguments
    instead: tuple[str, ...] = ()  # other arguments that say the same; the names in `values` always count


_DEFAULTS = (
    *(_Default(name, (2, 0, 0), {"border_mode": 4}, _BORDER) for name in _REFLECTED),
    _Default("RandomRotate90", (2, 0, 0), {"p": 0.5}),
    _Default("GaussNoise", (1, 4, 22), {"var_limit": [10.0, 50.0]}, ("std_range",)),
    _Default("GaussianBlur", (2, 0, 1), {"blur_limit": [3, 7]}),
    _Default("GaussianBlur", (2, 0, 1), {"sigma_limit": 0}),
    _Default("CoarseDropout", (1, 4, 6), {"max_holes": 8}, ("num_holes_range",)),
    _Default("CoarseDropout", (1, 4, 6), {"max_height": 8}, ("hole_height_range",)),
    _Default("CoarseDropout", (1, 4, 6), {"max_width": 8}, ("hole_width_range",)),
    _Default("CoarseDropout", (2, 0, 0), {"num_holes_range": [1, 1]}, ("max_holes", "min_holes")),
    _Default("CoarseDropout", (2, 0, 0), {"hole_height_range": [8, 8]}, ("max_height", "min_height")),
    _Default("CoarseDropout", (2, 0, 0), {"hole_width_range": [8, 8]}, ("max_width", "min_width")),
    _Default("ColorJitter", (1, 4, 4), {"hue": 0.2}),
    *(_Default("ColorJitter", (1, 4, 4), {key: 0.2}) for key in ("brightness", "contrast", "saturation")),
    *(_Default("ColorJitter", (1, 4, 15), {key: [0.8, 1]}) for key in ("brightness", "contrast", "saturation")),
    _Default("ElasticTransform", (1, 4, 12), {"alpha_affine": 50}),
    _Default("ElasticTransform", (1, 4, 12), {"alpha": 1}),
    _Default("ElasticTransform", (1, 4, 18), {"alpha": 3}),
    _Default("GridDistortion", (1, 4, 18), {"normalized": False}),
    _Default("OpticalDistortion", (1, 4, 22), {"shift_limit": 0.05}),
    _Default("GridDropout", (1, 4, 18), {"random_offset": False}),
    _Default("RandomRain", (2, 0, 6), {"drop_length": 20}),
    _Default("Solarize", (1, 4, 22), {"threshold": 128}, ("threshold_range",)),
    _Default("Superpixels", (1, 4, 4), {"p_replace": [0.1, 0.1]}),
    _Default(
        "Affine", (1, 4, 22),
        {
            "scale": {"x": [0.9, 1.1], "y": [0.9, 1.1]}, "translate_percent": {"x": [-0.1, 0.1], "y": [-0.1, 0.1]},
            "rotate": [-15, 15], "shear": {"x": [-10, 10], "y": [-10, 10]},
        },
        _MOVED,
    ),
    # classes that are gone: their arguments go to others, see `old`
    *(_Default(name, (2, 0, 0), {"limit": 0.2}) for name in ("RandomBrightness", "RandomContrast")),
)  # fmt: skip


def version_of(values: Any) -> Version | None:
    """The version of Albumentations that a file names; None if it names none."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", str(values)) if isinstance(values, str | float) else None
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def left_out(name: str, given: Arguments, version: Version | None) -> Arguments:
    """The arguments that a file of this version leaves out and whose defaults were others then, as they were.

    `given` are the arguments of the transform `name` in the file, `p` among them.
    """
    found: Arguments = {}
    for one in _DEFAULTS if version is not None else ():
        if one.name != name or version is None or version >= one.until:
            continue
        known = given | found
        if all(known.get(key) is None for key in one.instead) and not one.values.keys() & known.keys():
            found |= one.values
    return found


def described(arguments: Arguments, version: Version | None) -> str:
    """A sentence on the arguments that `left_out` returned."""
    values = ", ".join(f"{key} ({_plain(key, value)})" for key, value in arguments.items())
    which = ".".join(map(str, version or ()))
    return f"the file leaves out {values}, which was the default of Albumentations {which} that wrote it."


def _plain(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return _plain(key, next(iter(value.values())))
    if isinstance(value, list):
        return f"{value[0]:g} to {value[1]:g}"
    return "off" if value is False else "reflected" if key == "border_mode" else f"{value:g}"
