"""A finished run as one zip: weights, labels, experiment, scores, and how to use them."""

import io
import zipfile

from core.backbones import catalogue
from core.errors import RunConflict
from core.export.parts import PARTS, WEIGHTS
from core.export.script import to_install
from core.model.record import ModelRecord, read_record
from core.runs.records import Run
from core.runs.workspace import Workspace
from core.tasks.scorecard import Scorecard, format_interval, format_score
from core.training.kept import BEST, kept_weights

HOW_TO = """\
How to use this model
=====================

The run      {name}
The model    {backbone}, input {size} x {size} px, classes: {classes}
Validation   {val}

In this folder
{files}

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
        record = read_record(weights)
        archive.writestr("HOW-TO.txt", how_to(run, record))
        for part in PARTS:
            for name, content in part.make(run, folder, record).items():
                archive.writestr(name, content)
    return buffer.getvalue()


def how_to(run: Run, record: ModelRecord) -> str:
    """The text that comes with a model."""
    geometry = record.geometry
    return HOW_TO.format(
        name=run.name,
        files="\n".join(f"  {part.name:18} {part.says}" for part in (WEIGHTS, *PARTS)),
        backbone=record.backbone.name,
        size=geometry.image_size,
        classes=", ".join(record.classes),
        val=_validation_line(run.val),
        packages=to_install(catalogue.get(record.backbone.name)),
        resize=geometry.resize_size,
        interpolation=geometry.interpolation,
    )


def _validation_line(scores: Scorecard | None) -> str:
    if scores is None:
        return "not evaluated"
    main = scores.main
    ends, note = format_interval(main, 1), f"; {main.note}" if main.note else ""
    interval = f"95 % interval {ends}, " if ends else ""
    return f"{main.title.lower()} {format_score(main, 1)} ({interval}{scores.n} images{note})"
