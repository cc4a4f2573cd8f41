"""Writes `catalogue.json` from the libraries' metadata: `python -m core.backbones.table`."""

import math
from typing import Any

import torchvision
from timm.models import get_pretrained_cfg

from core.backbones.architecture import make_empty
from core.backbones.catalogue import TABLE, Backbone, read_row
from core.backbones.layouts import LAYOUTS
from core.backbones.pretrained import bundled
from core.backbones.selection import CHOICES, PUBLISHED_TOP1, Choice
from core.files import dump_json, write_text

SMALLEST = 32  # px, what an experiment allows at least
_PLACEHOLDER = {"parameters": 0, "backbone_parameters": 0, "features": 0}


def rows() -> list[dict[str, Any]]:
    """One row per choice, in the order of the selection; takes about ten seconds."""
    return [row(choice) for choice in CHOICES]


def row(choice: Choice) -> dict[str, Any]:
    """The catalogue row of one choice."""
    facts = _torchvision_facts(choice) if choice.library == "torchvision" else _timm_facts(choice)
    entry = {
        "name": choice.name,
        "title": choice.title,
        "family": choice.family,
        "library": choice.library,
        "architecture": choice.architecture,
        **facts,
    }
    return entry | _sizes(read_row({**_PLACEHOLDER, **entry}))


def _sizes(backbone: Backbone) -> dict[str, int]:
    model = make_empty(backbone, 1000)
    total = sum(parameter.numel() for parameter in model.parameters())
    _, members = LAYOUTS[backbone.library, backbone.family](model)[-1]
    weight = next(p for key, p in model.named_parameters() if key.startswith(members) and p.ndim == 2)
    return {
        "parameters": total,
        "backbone_parameters": total - weight.numel() - len(weight),
        "features": weight.shape[1],
    }


def _torchvision_facts(choice: Choice) -> dict[str, Any]:
    weights = torchvision.models.get_model_weights(choice.architecture).DEFAULT
    view = weights.transforms()
    size = view.crop_size[0]
    patch = int(choice.architecture.rpartition("_")[2]) if choice.family == "ViT" else 1
    # Swin's metadata gives its training size as the minimum, but the model pads any input.
    least = SMALLEST if choice.family in ("Swin", "ViT") else max(weights.meta["min_size"])
    return {
        "weights": weights.name,
        "source": weights.url,
        # The package's licence: torchvision publishes these weights under it and states no other for them.
        "licence": "bsd-3-clause",
        "image_size": size,
        "resize_size": view.resize_size[0],
        "interpolation": view.interpolation.value,
        "mean": list(view.mean),
        "std": list(view.std),
        "top1": weights.meta["_metrics"]["ImageNet-1K"]["acc@1"],
        "download_mb": weights.meta["_file_size"],
        "smallest": max(SMALLEST, least, 2 * patch if patch > 1 else 0),
        "multiple": patch,
    }


def _timm_facts(choice: Choice) -> dict[str, Any]:
    tag = f".{choice.weights}" if choice.weights else ""
    config = get_pretrained_cfg(choice.architecture + tag, allow_unregistered=False)
    if config is None:
        raise LookupError(f"timm has no weights {choice.weights} for {choice.architecture}")
    size = config.input_size[-1]
    packaged = choice.library == "bundled"
    patch = 16 if choice.family == "ViT" else 1
    return {
        "weights": config.tag,
        "source": bundled.package(choice.architecture) if packaged else config.hf_hub_id,
        "licence": config.license,
        "image_size": size,
        "resize_size": math.floor(size / config.crop_pct),
        "interpolation": config.interpolation,
        "mean": list(config.mean),
        "std": list(config.std),
        "top1": PUBLISHED_TOP1.get(choice.architecture),
        "download_mb": None,
        "smallest": SMALLEST,
        "multiple": patch,
    }


def text() -> str:
    """The content of the committed table: one row per line, for readable diffs."""
    return "[\n" + ",\n".join(dump_json(row) for row in rows()) + "\n]\n"


if __name__ == "__main__":
    write_text(TABLE, text())
