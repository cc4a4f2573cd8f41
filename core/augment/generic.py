"""Arguments of Albumentations' own transforms, from the library's part of the catalogue."""

import warnings
from collections.abc import Callable
from typing import Any

from core.data.geometry import Geometry
from core.experiment import Description

warnings.filterwarnings(
    "ignore", message="This augmenter is very slow", module="albumentations"
)  # the catalogue already says so
Arguments = dict[str, Any]


def arguments(
    name: str, params: Description, geometry: Geometry, border: Callable[[Any], Arguments], colours: dict[str, Any]
) -> Arguments:
    """Constructor arguments of `name`. `border` and `colours` translate the names of fills."""
    kwargs: Arguments = {}
    for field, info in type(params).model_fields.items():
        value, about = getattr(params, field), info.json_schema_extra
        about = about if isinstance(about, dict) else {}
        if field == "border_mode":
            kwargs |= border(value)
        elif field == "fill":
            kwargs[field] = colours[value]
        elif about.get("symmetric"):
            kwargs[field] = (-value, value)
        else:
            kwargs[field] = (value, value) if about.get("square") else value
    kwargs |= _MORE[name](kwargs, geometry) if name in _MORE else {}
    return kwargs


def _window(_: Arguments, geometry: Geometry) -> Arguments:
    return {"height": geometry.image_size, "width": geometry.image_size, "pad_if_needed": True}


def _sized_crop(kwargs: Arguments, geometry: Geometry) -> Arguments:
    low, high = (max(1, round(share * geometry.resize_size)) for share in kwargs["min_max_height"])
    return {"min_max_height": (low, high), "size": (geometry.image_size, geometry.image_size)}


def _added_noise(kwargs: Arguments, _: Geometry) -> Arguments:
    """The usual amount gives the library's defaults, whose scales differ between distributions."""
    low, high = kwargs.pop("amount")
    middle = (low + high) / 2
    noise = {  # lists, as in files of the library
        "uniform": {"ranges": [[-middle, middle]]},
        "gaussian": {"mean_range": [0.0, 0.0], "std_range": [low, high]},
        "laplace": {"mean_range": [0.0, 0.0], "scale_range": [low, high]},
        "beta": {"alpha_range": [0.5, 1.5], "beta_range": [0.5, 1.5], "scale_range": [2 * low, 2 * high]},
    }
    return {"noise_params": noise[kwargs["noise_type"]]}


# constructor arguments besides the fields of the form
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
