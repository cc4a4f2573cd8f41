"""What a download holds. To add a format, add a part: the zip and its HOW-TO.txt read this list."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.export.reader import reader_files
from core.export.script import predict_script
from core.model.record import ModelRecord
from core.paths import BEST, EXPERIMENT
from core.runs.records import Run, flat_results

Contents = Mapping[str, str | bytes]  # by their names in the zip


@dataclass(frozen=True, slots=True)
class Part:
    """A file or folder of the download. `says` is its line in HOW-TO.txt; `make` is given the run, its folder with
    the weights, and what they say of their model.
    """

    name: str
    says: str
    make: Callable[[Run, Path, ModelRecord], Contents]


def _labels(_run: Run, _folder: Path, record: ModelRecord) -> Contents:
    return {"labels.json": json.dumps(list(record.classes), ensure_ascii=False, indent=2)}


def _experiment(run: Run, folder: Path, _record: ModelRecord) -> Contents:
    described = folder / EXPERIMENT  # as it was written: weights of earlier versions are explained by it
    return {EXPERIMENT: described.read_text("utf-8") if described.exists() else run.experiment.to_yaml()}


def _results(run: Run, _folder: Path, _record: ModelRecord) -> Contents:
    return {"results.json": files.dump_json(flat_results(run), indent=2)}


def _script(_run: Run, _folder: Path, record: ModelRecord) -> Contents:
    return {"predict.py": predict_script(record)}


def _reader(_run: Run, _folder: Path, _record: ModelRecord) -> Contents:
    return reader_files()


# too large to be made in memory: the zip takes them from their file
WEIGHTS = Part(BEST, "the weights of the kept epoch; their metadata hold the record of the model", lambda *_: {})
PARTS = (
    Part("labels.json", "the classes, in the order of the model's outputs", _labels),
    Part(
        EXPERIMENT, "everything needed to train it again:  graft train --experiment experiment.yaml", _experiment
    ),
    Part("results.json", "its scores with 95 % intervals", _results),
    Part("predict.py", "the model in plain PyTorch, without Graft", _script),
    Part(
        "graft_reader",
        "how Graft reads an image, for predict.py: upright, transparent parts on white, every bit depth", _reader,
    ),
)  # fmt: skip
