"""A finished run as one zip: weights, labels, experiment, scores, and how to use them."""

import io
import json
import zipfile

from core import files
from core.backbones import catalogue
from core.backbones.plain import plain_constructor
from core.charts.numbers import percent, percent_range
from core.errors import RunConflict
from core.runs import artifacts
from core.runs.records import Run
from core.runs.workspace import Workspace
from core.training.checkpoints import BEST

HOW_TO = """\
How to use this model
=====================

The run      {name}
The model    {backbone}, input {size} x {size} px, classes: {classes}
Validation   {val}

In this folder
  best.safetensors   the weights of the best epoch; their metadata name the classes and the input size
  labels.json        the classes, in the order of the model's outputs
  experiment.yaml    everything needed to train it again:  graft train --experiment experiment.yaml
  results.json       its scores with 95 % intervals

With Graft
  graft predict . picture.jpg          (this folder, unpacked)

With plain PyTorch
  import json, torch
  from PIL import Image, ImageOps
  from safetensors.torch import load_file
  from torchvision.transforms import v2
  {imports}

  labels = json.load(open("labels.json", encoding="utf-8"))
  model = {constructor}
  model.load_state_dict(load_file("best.safetensors"))
  model.eval()
  prepare = v2.Compose([
      v2.Resize({resize}, interpolation=v2.InterpolationMode.{interpolation}, antialias=True),
      v2.CenterCrop({size}), v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
      v2.Normalize({mean}, {std}),
  ])
  picture = ImageOps.exif_transpose(Image.open("picture.jpg")).convert("RGB")  # as upright as in training
  with torch.no_grad():
      probabilities = model(prepare(picture)[None]).softmax(dim=1)[0]
  for label, p in zip(labels, probabilities):
      print(f"{{p:.3f}}  {{label}}")
"""


def bundle(workspace: Workspace, run: Run) -> bytes:
    """The zip's bytes. Raises `RunConflict` when the run has no trained model yet."""
    folder = workspace.folder(run.id)
    weights = folder / BEST
    if not weights.exists():
        raise RunConflict(f"Run {run.id} has no trained model yet. Let it finish at least one epoch.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.write(weights, BEST)
        archive.writestr("labels.json", json.dumps(list(run.classes), ensure_ascii=False, indent=2))
        archive.writestr(artifacts.EXPERIMENT, run.experiment.to_yaml())
        archive.writestr("results.json", files.dump_json(run.results, indent=2))
        archive.writestr("HOW-TO.txt", how_to(run))
    return buffer.getvalue()


def how_to(run: Run) -> str:
    """The text that comes with a model."""
    backbone = catalogue.get(run.experiment.backbone.name)
    geometry = catalogue.geometry(backbone, run.experiment.backbone.image_size, run.experiment.backbone.crop)
    imports, constructor = plain_constructor(backbone, len(run.classes), geometry.image_size)
    return HOW_TO.format(
        name=run.name,
        backbone=backbone.name,
        size=geometry.image_size,
        classes=", ".join(run.classes),
        val=_told(run.val),
        imports=imports,
        constructor=constructor,
        resize=geometry.resize_size,
        interpolation=geometry.interpolation.upper(),
        mean=list(backbone.mean),
        std=list(backbone.std),
    )


def _told(scores: dict[str, float] | None) -> str:
    if scores is None:
        return "not evaluated"
    low, high = scores["accuracy_low"], scores["accuracy_high"]
    accuracy = percent(scores["accuracy"], 1)
    return f"accuracy {accuracy} (95 % interval {percent_range(low, high, 1)}, {scores['n']} images)"
