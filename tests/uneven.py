"""Images and runs that differ in every number, so that a test notices whose number it sees, and of which part.

Eleven images train, five validate, seven test; no two classes are alike in any part, and no two runs in anything.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.dataset import Dataset
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.experiment import Experiment, Phase, PipelineSpec, Step
from core.runs import artifacts
from core.runs.records import Run
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.tasks.classification.scores import scores
from core.tasks.image_level import prediction_record
from core.training.events import EpochEnded, PhaseStarted, StepEnded
from tests.conftest import make_experiment

CLASSES = ("cold", "mild", "warm")
EACH = {"train": (6, 3, 2), "val": (1, 3, 1), "test": (2, 1, 4)}
TRAIN, VAL, TEST = (sum(counts) for counts in EACH.values())  # 11, 5, 7


def make_divided(folder: Path, seed: int = 0, side: int = 32) -> Path:
    """Class folders below train, val and test, as many images in each as `EACH` says."""
    rng = np.random.default_rng(seed)
    for part, counts in EACH.items():
        for index, (name, count) in enumerate(zip(CLASSES, counts, strict=True)):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 120, (side, side, 3))
                pixels[..., index] += 120
                Image.fromarray(pixels.astype(np.uint8)).save(folder / part / name / f"{number:02}.png")
    return folder


def an_epoch(epoch: int, loss: float, *, phase: int = 0, best: bool = False, **parts: float) -> EpochEnded:
    """An epoch of two steps whose every number follows from `epoch` and `loss`."""
    return EpochEnded(**{
        "epoch": epoch, "phase": phase, "step": 2 * epoch + 2, "train_loss": loss / 2, "train_accuracy": 1 - loss / 5,
        "val_loss": loss, "val_accuracy": 1 - loss / 4, "learning_rate": 0.01, "seconds": 2.0 + epoch,
        "images_per_second": 40.0 + epoch, "best": best, **parts,
    })  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One run of `recorded`: what the store and its folder say of it."""

    name: str
    created_at: float
    losses: tuple[float, ...]  # validation loss, an epoch each
    seconds: float
    right: dict[str, tuple[bool, ...]]  # per part and image, in the order of the split
    experiment: Experiment


def told(source: Path) -> tuple[Told, ...]:
    """Three runs, the oldest first; the middle one is the best on the validation images and the worst on the test's."""
    base = make_experiment(source)
    blur = PipelineSpec(steps=(Step(transform="GaussianBlur", p=0.3),))
    return (
        Told("alder", 1e9 + 100, (1.9, 1.7), 31.0,
             {"val": (True, False, True, False, False), "test": (True, True, False, True, True, False, True)},
             base.changed(seed=3, phases=(Phase(stages=("head",), epochs=2),))),
        Told("birch", 1e9 + 700, (1.6, 0.9, 1.1), 77.0,
             {"val": (True, True, True, True, False), "test": (False, True, False, True, True, False, False)},
             base.changed(seed=8, pipeline=blur, phases=(Phase(stages=("head",), epochs=3),))),
        Told("cedar", 1e9 + 2000, (2.3, 1.4, 1.2, 1.3), 190.0,
             {"val": (True, True, False, True, False), "test": (True, True, True, True, True, False, True)},
             base.changed(seed=5, pipeline=PipelineSpec(), phases=(Phase(stages=("head",), epochs=4),))),
    )  # fmt: skip


def recorded(workspace: Workspace, source: Path) -> tuple[Run, ...]:
    """The runs of `told` in the store and in their folders, completed, without any training."""
    dataset = load_dataset(str(source), workspace.root)
    split = make_split(dataset, make_experiment(source).data.split)
    return tuple(_record(workspace, number, one, dataset, split) for number, one in enumerate(told(source)))


def _record(workspace: Workspace, number: int, one: Told, dataset: Dataset, split: Split) -> Run:
    run_id, experiment = f"run-{number}-{one.name}", one.experiment
    folder = workspace.folder(run_id)
    folder.mkdir(parents=True)
    data = experiment.data.model_copy(update={"source": dataset.source, "fingerprint": dataset.fingerprint})
    experiment = experiment.changed(data=data)
    best = min(range(len(one.losses)), key=one.losses.__getitem__)
    epochs = [an_epoch(n, loss, best=n <= best) for n, loss in enumerate(one.losses)]
    results: dict[str, object] = {
        "best_epoch": best, "epochs": len(epochs), "seconds": one.seconds, "images_per_second": 100.0 + number,
        "limit": ("views", "files", "device")[number], "waited": 0.5 - number / 8,
        **{part: _answered(folder, part, one.right[part], dataset, split) for part in ("val", "test")},
    }  # fmt: skip
    workspace.store.add(
        Run(
            id=run_id, name=one.name, status=Status.COMPLETED, experiment=experiment, digest=experiment.digest,
            device="cpu", classes=dataset.classes, test_key=artifacts.test_key(dataset, split),
            created_at=one.created_at, started_at=one.created_at + 1, ended_at=one.created_at + 1 + one.seconds,
            progress={"epochs": len(epochs), "epochs_done": len(epochs), "steps": 2 * len(epochs),
                      "step": 2 * len(epochs), "epoch": len(epochs) - 1, "seconds": one.seconds},
            results=results,
        )
    )  # fmt: skip
    artifacts.write_description(folder, experiment, {item.name: item.digest for item in dataset.items})
    steps = [
        StepEnded(step=n + 1, epoch=n // 2, phase=0, loss=one.losses[n // 2] + n / 100, learning_rate=0.01,
                  images_per_second=50.0)
        for n in range(2 * len(epochs))
    ]  # fmt: skip
    phase = PhaseStarted(phase=0, stages=("head",), first_epoch=0, epochs=len(epochs), learning_rate=0.01,
                         trainable_parameters=10, total_parameters=100)  # fmt: skip
    workspace.store.record(run_id, steps=steps, epochs=epochs, phases=[phase])
    return workspace.store.run(run_id)


def _answered(
    folder: Path, part: str, right: tuple[bool, ...], dataset: Dataset, split: Split
) -> dict[str, object]:  # fmt: skip
    """Scores of a part whose images are answered rightly or not, each with a probability of its own."""

    items = tuple(dataset.items[index] for index in getattr(split, part))
    labels = np.array([item.label for item in items])
    named = np.where(right, labels, (labels + 1) % len(CLASSES))
    sure = 0.5 + 0.05 * (np.arange(len(items)) + 1)
    probabilities = np.full((len(items), len(CLASSES)), 0.0)
    probabilities[:] = ((1 - sure) / (len(CLASSES) - 1))[:, None]
    probabilities[np.arange(len(items)), named] = sure
    artifacts.write_predictions(folder, part, items, prediction_record(labels.tolist(), probabilities.tolist()))
    return scores(labels, named, len(CLASSES)).to_record()
