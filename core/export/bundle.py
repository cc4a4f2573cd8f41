"""A finished run as one zip: weights, labels, experiment, scores, and how to use them."""

import io
import json
import zipfile
from pathlib import Path

from core import files
from core.backbones import catalogue
from core.charts.numbers import percent, percent_range
from core.errors import RunConflict
from core.export.reader import reader_files
from core.export.script import predict_script, to_install
from core.model.record import ModelRecord, read_record
from core.runs import artifacts
from core.runs.records import Run, flat_results
from core.runs.workspace import Workspace
from core.tasks.scorecard import Scorecard
from core.training.kept import BEST, kept_weights

HOW_TO = """\
How to use this model
=====================

The run      {name}
The model    {backbone}, input {size} x {size} px, classes: {classes}
Validation   {val}

In this folder
  best.safetensors   the weights of the kept epoch; their metadata hold the record of the model
  labels.json        the classes, in the order of the model's outputs
  experiment.yaml    everything needed to train it again:  graft train --experiment experiment.yaml
  results.json       its scores with 95 % intervals
  predict.py         the model in plain PyTorch, without Graft
  graft_reader       how Graft reads an image, for predict.py: upright, transparent parts on white, every bit depth

With Graft
  graft predict . image.jpg          (this folder, unpacked; an image, or a folder of them)

With plain PyTorch
  pip install {packages}
  python predict.py image.jpg

  Both give the same probabilities. An image's shorter side becomes {resize} px ({interpolation}), of one that is longer
  than four times its width the middle is kept, and of that the central {size} x {size} px.
  What cannot be read is refused with its reason.
"""


def bundle(workspace: Workspace, run: Run) -> bytes:
    """The zip's bytes. Raises `RunConflict` when the run has no trained model yet, `UnreadableWeights`."""
    folder = workspace.folder(run.id)
    weights = kept_weights(folder)
    if not weights.exists():
        raise RunConflict(f"Run {run.id} has no trained model yet. Let it finish at least one epoch.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.write(weights, BEST)
        for name, text in _texts(run, folder).items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _texts(run: Run, folder: Path) -> dict[str, str]:
    """The other files, by their names in the zip."""
    record = read_record(kept_weights(folder))
    described = folder / artifacts.EXPERIMENT  # as it was written: weights of earlier versions are explained by it
    return {
        "labels.json": json.dumps(list(record.classes), ensure_ascii=False, indent=2),
        artifacts.EXPERIMENT: described.read_text("utf-8") if described.exists() else run.experiment.to_yaml(),
        "results.json": files.dump_json(flat_results(run), indent=2),
        "HOW-TO.txt": how_to(run, record),
        "predict.py": predict_script(record),
        **reader_files(),
    }


def how_to(run: Run, record: ModelRecord) -> str:
    """The text that comes with a model."""
    geometry = record.geometry
    return HOW_TO.format(
        name=run.name,
        backbone=record.backbone.name,
        size=geometry.image_size,
        classes=", ".join(record.classes),
        val=_told(run.val),
        packages=to_install(catalogue.get(record.backbone.name)),
        resize=geometry.resize_size,
        interpolation=geometry.interpolation,
    )


def _told(scores: Scorecard | None) -> str:
    if scores is None:
        return "not evaluated"
    main = scores.main
    interval = "" if main.low is None or main.high is None else percent_range(main.low, main.high, 1)
    return f"{main.title.lower()} {percent(main.value, 1)} (95 % interval {interval}, {scores.n} images)"
