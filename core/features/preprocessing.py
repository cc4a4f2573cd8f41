"""From a file to what a model sees. Training, evaluation, prediction and the downloaded model all go by this record."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.augment.standalone.runtime import square
from core.backbones import catalogue
from core.backbones.catalogue import Backbone
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.data.scale import Range
from core.errors import InvalidInput
from core.plain_yaml import plain_values

Triple = tuple[float, float, float]
EXPERIMENT = "experiment.yaml"  # lies beside the weights, in a run's folder and in a download
_KEY = "preprocessing"


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Sizes, interpolation, the scale of values that have none of their own, and `(x / 255 - mean) / std`."""

    geometry: Geometry
    mean: Triple
    std: Triple
    value_range: Range | None = None

    @classmethod
    def of(cls, backbone: Backbone, geometry: Geometry, value_range: Range | None = None) -> "Preprocessing":
        """That of a backbone's weights at a geometry, for a data set with this `value_range`."""
        return cls(geometry, backbone.mean, backbone.std, value_range)

    @classmethod
    def of_weights(cls, facts: Mapping[str, Any], folder: Path) -> "Preprocessing":
        """That with which the weights in `folder` were trained. `facts` is their metadata.

        Weights of earlier versions do not say how the image is cropped: the experiment beside them does, and without
        one the image is taken up to its edges. Raises `InvalidInput` for a backbone or a size that do not exist, and
        `ValueError`, `TypeError` or `LookupError` for facts that are not of this form.
        """
        scale = facts.get("value_range")
        value_range = (float(scale[0]), float(scale[1])) if scale else None
        if _KEY in facts:
            known = facts[_KEY]
            geometry = Geometry(
                int(known["image_size"]), int(known["resize_size"]), _interpolation(known["interpolation"])
            )
            return cls(geometry, _triple(known["mean"]), _triple(known["std"]), value_range)
        backbone = catalogue.get(facts["backbone"])
        geometry = catalogue.geometry(backbone, facts["image_size"], crop_beside(folder))
        return cls.of(backbone, geometry, value_range)

    @property
    def facts(self) -> dict[str, Any]:
        """What the metadata of a weights file must say for `of_weights` to give this again."""
        sizes = self.geometry
        made = {
            "image_size": sizes.image_size, "resize_size": sizes.resize_size, "interpolation": sizes.interpolation,
            "mean": list(self.mean), "std": list(self.std),
        }  # fmt: skip
        return {_KEY: made, **({"value_range": list(self.value_range)} if self.value_range else {})}

    def read(self, content: bytes | Path) -> np.ndarray:
        """An image as the model sees it, (S, S, 3) uint8. Raises `UnreadableImage`."""
        return square(resize(decode(content, self.value_range).pixels, self.geometry), self.geometry.image_size)


def crop_beside(folder: Path) -> str:
    """The crop that the experiment in `folder` was run with; 'whole' where there is none that can be read."""
    try:
        values = plain_values((folder / EXPERIMENT).read_text(encoding="utf-8"))
        backbone = values.get("backbone") or {}
        # a run that does not say it is older than the choice, and was cropped as its weights were
        return "weights" if backbone.get("crop", "weights") == "weights" else "whole"
    except (OSError, ValueError, AttributeError, RecursionError, InvalidInput):
        return "whole"


def _interpolation(name: Any) -> str:
    if name not in ("nearest", "bilinear", "bicubic"):
        raise ValueError(f"interpolation is {name!r}, which is none of nearest, bilinear and bicubic")
    return str(name)


def _triple(values: Any) -> Triple:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
