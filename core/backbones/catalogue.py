"""All available backbones, with the preprocessing that belongs to their weights.

The rows come from `catalogue.json`, which `python -m core.backbones.table` writes from the libraries' own metadata.
Importing this module loads neither torch nor timm nor torchvision, so that pages need not wait for them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.data.geometry import Geometry
from core.errors import InvalidExperiment, UnknownBackbone, unknown_name
from core.experiment import BackboneSpec

TABLE = Path(__file__).with_name("catalogue.json")

Library = Literal["bundled", "torchvision", "timm"]


@dataclass(frozen=True, slots=True)
class Backbone:
    """A pretrained model.

    An image in 0-255 becomes the model's input as `(x / 255 - mean) / std`, channel by channel (R, G, B).
    """

    name: str
    title: str
    family: str
    library: Library  # 'bundled': the weights are in an installed package, nothing is downloaded
    architecture: str  # the library's own name of the model
    weights: str  # the library's name of the weights
    source: str  # origin of the weights: a package, a URL, or a repository on the hub
    licence: str  # of the weights, as the library states it
    parameters: int  # including the 1000-class head, without auxiliary heads
    backbone_parameters: int  # without the head
    features: int  # size of the head's input vector
    image_size: int  # px, the size the weights were evaluated at
    resize_size: int  # px, shorter side before the centre crop
    interpolation: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    top1: float | None  # ImageNet top-1 accuracy in percent; None where the library states none
    download_mb: float | None  # of 2**20 bytes: size of the weights' file; None where the library states none
    smallest: int  # px, the smallest image size that works
    multiple: int  # image sizes must be a multiple of this (a transformer's patch)

    @property
    def download_bytes(self) -> int:
        """Size of the weights' file; 0 where the library states none."""
        return round((self.download_mb or 0) * 2**20)


def read_row(row: dict[str, Any]) -> Backbone:
    """An entry from one row of the table."""
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Backbone(**values)


def _read_table() -> dict[str, Backbone]:
    rows = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else []
    return {row["name"]: read_row(row) for row in rows}


BACKBONES: dict[str, Backbone] = _read_table()


def get(name: str) -> Backbone:
    """The entry with this name. Raises `UnknownBackbone`, which names the nearest ones."""
    try:
        return BACKBONES[name]
    except KeyError:
        raise UnknownBackbone(unknown_name("backbone", name, BACKBONES)) from None


def bundled() -> tuple[str, ...]:
    """Names of the backbones whose weights need no download."""
    return tuple(name for name, entry in BACKBONES.items() if entry.library == "bundled")


def geometry(backbone: Backbone, image_size: int | None = None, crop: str = "whole") -> Geometry:
    """Resize and crop sizes for an input of `image_size` (None: that of the weights).

    `crop` 'whole': the shorter side is resized to `image_size`. 'weights': it is resized to a larger size, by the ratio
    with which the weights were evaluated, and the centre is cropped. Raises `InvalidExperiment` for an invalid size.
    """
    size = check_image_size(backbone, image_size)
    if crop == "whole":
        return Geometry(size, size, backbone.interpolation)
    resized = round(backbone.resize_size * size / backbone.image_size)
    return Geometry(size, max(size, resized), backbone.interpolation)


def input_sizes(spec: BackboneSpec) -> Geometry:
    """The sizes of an experiment's backbone. Raises `UnknownBackbone`, and what `geometry` raises."""
    return geometry(get(spec.name), spec.image_size, spec.crop)


def check_image_size(backbone: Backbone, image_size: int | None) -> int:
    """`image_size`, or the weights' own if it is None. Raises `InvalidExperiment` with the sizes that are allowed."""
    if image_size is None:
        return backbone.image_size
    if image_size >= backbone.smallest and image_size % backbone.multiple == 0:
        return image_size
    steps = f" and a multiple of {backbone.multiple}" if backbone.multiple > 1 else ""
    raise InvalidExperiment(
        f"{backbone.name} cannot take images of {image_size} px:"
        f" the size must be at least {backbone.smallest} px{steps}. Its weights were made for {backbone.image_size} px."
    )
