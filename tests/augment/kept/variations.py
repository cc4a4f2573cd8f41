"""Each step of the catalogue with each of its parameters at other values one by one, and an image to try them on."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from core.augment import catalogue
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.experiment import Step

GEOMETRY = Geometry(image_size=40, resize_size=48, interpolation="bilinear")
LARGE = Geometry(image_size=64, resize_size=48, interpolation="bicubic")  # more than the image has: rims are filled
FILLS = ("fill", "border_mode")


def picture() -> np.ndarray:
    """48 x 60 px: soft colours with a bright disc, a dark bar, a grey corner and some grain."""
    down, across = np.mgrid[0:48, 0:60].astype(np.float32)
    image = np.stack([40 + 3 * across, 200 - 2.5 * down, 60 + 1.5 * across + 1.5 * down], axis=2)
    image[(down - 16) ** 2 + (across - 20) ** 2 < 90] = (240, 180, 40)
    image[34:40, 12:52] = (20, 30, 90)
    image[4:16, 42:56] = 128
    image += np.random.default_rng(3).normal(0, 6, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


class Others:
    """Two images for the steps that look at others: one reddish and dark, one bluish and bright."""

    digests = ("a", "b")

    def __getitem__(self, index: int) -> np.ndarray:
        image = np.ascontiguousarray(picture()[::-1, :, ::-1] if index else picture()[:, ::-1])
        factors = ((0.9, 0.4, 0.3), (0.5, 0.7, 1.0))[index]
        return np.clip(image * np.array(factors) + 40 * index, 0, 255).astype(np.uint8)


def values(field: dict[str, Any]) -> list[Any]:
    """Other values of a parameter: every other word, or both ends and for a range its whole."""
    default = field["default"]
    if "enum" in field:
        found: list[Any] = field["enum"]
    elif field.get("type") == "boolean":
        found = [False, True]
    elif "prefixItems" in field:
        low, high = field["prefixItems"][0]["minimum"], field["prefixItems"][0]["maximum"]
        found = [[low, low], [high, high], [low, high]]
    else:
        number = next(one for one in field.get("anyOf", [field]) if one["type"] != "null")
        low, high = number["minimum"], number["maximum"]
        middle = (low + high) / 2
        found = [low, round(middle) if number["type"] == "integer" else middle, high]
        found += [None] if "anyOf" in field else []
    return [one for one in found if one != default]


def varied(name: str) -> Iterator[tuple[str, Step, Geometry]]:
    """The step of this name with p 1 as it is, and with each parameter changed by itself.

    The fill of a rim is varied with all else at its strongest, so that there is a rim.
    """
    step = default_step(name).model_copy(update={"p": 1.0})
    fields = catalogue.get(name).params.model_json_schema().get("properties", {})
    strongest = {key: strong(field) for key, field in fields.items() if "neutral" in field}
    yield "default", step, GEOMETRY
    for key, field in fields.items():
        filled = strongest if key in FILLS else {}
        for value in [*([field["default"]] if key in FILLS else []), *values(field)]:
            changed = step.model_copy(update={"params": step.params | filled | {key: value}})
            yield f"{key} {value}", changed, LARGE if key in FILLS else GEOMETRY
    for place, option in enumerate(step.options):
        yield f"only option {place}", step.model_copy(update={"options": (option,)}), GEOMETRY


def strong(field: dict[str, Any]) -> Any:
    """A magnitude at its upper end."""
    return [field["prefixItems"][1]["maximum"]] * 2 if "prefixItems" in field else field["maximum"]


def look(image: np.ndarray) -> list[int]:
    """Mean and spread of each colour, how much neighbours differ sideways and downwards, and a thumbnail of 4 x 4."""
    pixels = image.astype(np.float32)
    steps = [np.abs(np.diff(pixels, axis=axis)).mean() for axis in (1, 0)]
    small = cv2.resize(pixels.mean(axis=2), (4, 4), interpolation=cv2.INTER_AREA)
    numbers = [*pixels.mean(axis=(0, 1)), *pixels.std(axis=(0, 1)), *steps, *small.ravel()]
    return [round(float(number)) for number in numbers]
