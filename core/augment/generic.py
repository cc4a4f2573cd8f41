"""Arguments of Albumentations' own transforms, from the library's part of the catalogue."""

import warnings
from collections.abc import Callable
from typing import Any

from core.data.geometry import Geometry
from core.experiment import Description

warnings.filterwarnings(
    "ignore", message="This augmenter is very slow", module="albumentations"
)  # the catalogue says so
Arguments = dict[str, Any]


def arguments(
    name: str, params: Description, geometry: Geometry, border: Callable[[Any], Arguments], colours: dict[str, Any]
) -> Arguments:
    """What the constructor of `name` is given. `border` and `colours` say what a fill's word stands for."""
    given: Arguments = {}
    for field, info in type(params).model_fields.items():
        value, about = getattr(params, field), info.json_schema_extra
        about = about if isinstance(about, dict) else {}
        if field == "border_mode":
            given |= border(value)
        elif field == "fill":
            given[field] = colours[value]
        elif about.get("symmetric"):
            given[field] = (-value, value)
        else:
            given[field] = (value, value) if about.get("square") else value
    given |= _MORE[name](given, geometry) if name in _MORE else {}
    return given


def _window(_: Arguments, geometry: Geometry) -> Arguments:
    return {"height": geometry.image_size, "width": geometry.image_size, "pad_if_needed": True}


def _sized_crop(given: Arguments, geometry: Geometry) -> Arguments:
    low, high = (max(1, round(share * geometry.resize_size)) for share in given["min_max_height"])
    return {"min_max_height": (low, high), "size": (geometry.image_size, geometry.image_size)}


def _added_noise(given: Arguments, _: Geometry) -> Arguments:
    """At the usual amount the library's own defaults, which are of other sizes for other distributions."""
    low, high = given.pop("amount")
    middle = (low + high) / 2
    noise = {  # lists, as in a file that the library reads
        "uniform": {"ranges": [[-middle, middle]]},
        "gaussian": {"mean_range": [0.0, 0.0], "std_range": [low, high]},
        "laplace": {"mean_range": [0.0, 0.0], "scale_range": [low, high]},
        "beta": {"alpha_range": [0.5, 1.5], "beta_range": [0.5, 1.5], "scale_range": [2 * low, 2 * high]},
    }
    return {"noise_params": noise[given["noise_type"]]}


# what a constructor is given beside the form's fields
_MORE: dict[str, Callable[[Arguments, Geometry], Arguments]] = {
    "AdditiveNoise": _added_noise,
    "RandomCrop": _window,
    "CenterCrop": _window,
    "Crop": lambda _given, _geometry: {"pad_if_needed": True},
    "RandomSizedCrop": _sized_crop,
    "Resize": lambda _, geometry: {"height": geometry.image_size, "width": geometry.image_size},
    "LongestMaxSize": lambda _, geometry: {"max_size": geometry.image_size},
    "SmallestMaxSize": lambda _, geometry: {"max_size": geometry.image_size},
    "PadIfNeeded": lambda _, geometry: {"min_height": geometry.image_size, "min_width": geometry.image_size},
    "PlasmaBrightnessContrast": lambda _, geometry: {"plasma_size": geometry.image_size},
    "PlasmaShadow": lambda _, geometry: {"plasma_size": geometry.image_size},
}
