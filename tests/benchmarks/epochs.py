"""How fine-tuning starts, and which epoch should be kept: trainings whose every epoch is recorded, then judged.

    python -m tests.benchmarks.epochs record FOLDER [--sets stamps,signs,digits,parity,noisy-signs] [--arms default,...]
                                                    [--folds 0,1] [--device cuda]
    python -m tests.benchmarks.epochs starts FOLDER
    python -m tests.benchmarks.epochs kept FOLDER

`record` trains the default experiment, changed as each arm says, and writes one file per set, fold and arm with the
logits of the validation and the test images after every epoch; what is there is not made again. `starts` tells how
each arm's fine-tuning began and ended, `kept` what the kept epoch would have been worth under several rules.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.experiment import Experiment
from core.planning.experiments import default_experiment
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.tasks.base import Compared
from core.tasks.classification.loss import SmoothedCrossEntropy
from core.tasks.compared import at_its_temperature
from core.training.checkpoints import Checkpoints
from core.training.choice import paired_error
from core.training.events import EpochEnded, StepEnded
from core.training.loop import train
from core.training.setup import Setup, set_up
from core.work.control import Control
from tests.benchmarks import folds, hard_sets

FIRST_STEPS = 3
BEFORE = {"batchnorm": "train", "warmup": 0.1}  # how fine-tuning once began, at 1e-3
ARMS: dict[str, tuple[float, dict[str, object]]] = {  # the rate of fine-tuning, and what differs in the recipe
    "default": (4e-4, {}),
    "before": (1e-3, BEFORE),
    "before-4e-4": (4e-4, BEFORE),
    "before-decay-0.5": (1e-3, BEFORE | {"layer_decay": 0.5}),
    "before-decay-0.7": (1e-3, BEFORE | {"layer_decay": 0.7}),
    "before-warm": (1e-3, {"batchnorm": "train"}),
    "fixed": (1e-3, {"warmup": 0.1}),
    "fixed-warm": (1e-3, {}),
    "fixed-6e-4-warm": (6e-4, {}),
    "fixed-4e-4": (4e-4, {"warmup": 0.1}),
    "fixed-4e-4-warm-half": (4e-4, {"warmup": 0.5}),
    "fixed-2e-4-warm": (2e-4, {}),
    "fixed-decay-0.7-warm": (1e-3, {"layer_decay": 0.7}),
}


@dataclass(frozen=True)
class Record:
    """A training: logits (E, N, C) of E epochs with labels (N,), the phase of each epoch, losses (S,) of its steps."""

    val: Tensor
    val_labels: Tensor
    test: Tensor
    test_labels: Tensor
    phases: tuple[int, ...]
    step_losses: tuple[tuple[float, ...], ...]  # of each phase

    @property
    def accuracies(self) -> list[float]:
        """Share of correctly classified test images after each epoch."""
        return (self.test.argmax(dim=2) == self.test_labels).double().mean(dim=1).tolist()

    @property
    def fitted(self) -> int:
        """The last epoch of the first phase."""
        return max(epoch for epoch, phase in enumerate(self.phases) if phase == 0)


class Unsaved(Checkpoints):
    """Writes nothing: the record is made of what the model answers."""

    def save_last(self, *_: object) -> None:
        """Not here."""

    def save_best(self, *_: object) -> None:
        """Not here."""


# recording


def record(name: str, fold: int, arms: Sequence[str], device: str, target: Path) -> None:
    """Train every arm on one fold of a set; one file for each below `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        images, workspace = Path(scratch, "images"), Workspace(Path(scratch, "workspace"))
        if name in hard_sets.SETS:
            hard_sets.lay_out(name, fold, images)
        else:
            folds.lay_out(name, folds.read_folds(name)[fold], fold, images)
        for arm in arms:
            file = target / f"{name}.{fold}.{arm}.pt"
            if file.exists():
                continue
            found = trained(changed(default_experiment(str(images)), arm, fold), workspace, device)
            torch.save(vars(found), file)
            shown = [found.accuracies[epoch] for epoch in (found.fitted, -1)]
            sys.stdout.write(f"{name} {fold} {arm}: head {shown[0]:.3f}, last epoch {shown[1]:.3f}\n")


def changed(base: Experiment, arm: str, seed: int) -> Experiment:
    """The default experiment as an arm has it."""
    rate, recipe = ARMS[arm]
    first, then = base.phases
    then = then.model_copy(update={"learning_rate": rate})
    return base.changed(phases=(first, then), recipe=base.recipe.model_copy(update=recipe), seed=seed)


def trained(experiment: Experiment, workspace: Workspace, device: str) -> Record:
    """Train, and ask the model for its answers after every epoch."""
    ready = prepare(experiment, workspace.root, device)
    setup = set_up(
        ready.experiment, ready.dataset, ready.split, device=ready.device,
        checkpoints=Unsaved(workspace.root / "none", "", ""), features=workspace.features, images=workspace.images,
    )  # fmt: skip
    test_items = tuple(ready.dataset.items[place] for place in ready.split.test)
    val, test, phases, losses = [], [], [], defaultdict[int, list[float]](list)
    for event in train(setup, Control()):
        if isinstance(event, StepEnded):
            losses[event.phase].append(event.loss)
        elif isinstance(event, EpochEnded):  # the model stands still, in evaluation mode, until the next is asked for
            phases.append(event.phase)
            val.append(logits(setup, setup.val_items))
            test.append(logits(setup, test_items))
    labels = [torch.tensor([item.label for item in items]) for items in (setup.val_items, test_items)]
    each = tuple(tuple(losses[phase]) for phase in sorted(losses))
    return Record(torch.stack(val), labels[0], torch.stack(test), labels[1], tuple(phases), each)


@torch.no_grad()
def logits(setup: Setup, items: Sequence) -> Tensor:
    """What the model answers now, (N, C) in fp32."""
    chunks = [items[start : start + 32] for start in range(0, len(items), 32)]
    return torch.cat([setup.model(batch.tensor).float().cpu() for batch in setup.pixels.batches(chunks, None)])


# judging


class Rule(NamedTuple):
    """How epochs are compared, and how many standard errors an epoch of a later phase must win by."""

    name: str
    compared: Callable[[SmoothedCrossEntropy, Tensor, Tensor], Compared]
    share: float


def as_it_is(criterion: SmoothedCrossEntropy, given: Tensor, labels: Tensor) -> Compared:
    """The loss, without a temperature."""
    each = criterion.per_image(given.double(), labels)
    return Compared(float(each.mean()), tuple(each.tolist()))


def misclassified(_: SmoothedCrossEntropy, given: Tensor, labels: Tensor) -> Compared:
    """The share of misclassified images."""
    each = tuple((given.argmax(dim=1) != labels).double().tolist())
    return Compared(sum(each) / len(each), each)


RULES = (
    Rule("loss", as_it_is, 0.0),
    Rule("loss, half a paired error", as_it_is, 0.5),
    Rule("at its temperature", at_its_temperature, 0.0),
    Rule("at its temperature, half a paired error (the product's)", at_its_temperature, 0.5),
    Rule("at its temperature, a paired error", at_its_temperature, 1.0),
    Rule("accuracy, half a paired error", misclassified, 0.5),
)


def kept(found: Record, rule: Rule) -> int:
    """The epoch that a rule keeps."""
    criterion = SmoothedCrossEntropy(smoothing=default_experiment("none").recipe.label_smoothing)
    worth = [rule.compared(criterion, given, found.val_labels) for given in found.val]
    best = 0
    for epoch in range(1, len(worth)):
        later = found.phases[epoch] > found.phases[best]
        margin = rule.share * paired_error(worth[best].each, worth[epoch].each) if later else 0.0
        if worth[epoch].value + margin < worth[best].value:
            best = epoch
    return best


def read(folder: Path) -> Iterator[tuple[str, str, Record]]:
    """Every record below `folder`, with the names of its set and of its arm."""
    for file in sorted(folder.glob("*.pt")):
        name, _, arm = file.stem.split(".", 2)
        yield name, arm, Record(**torch.load(file, weights_only=True))


def tell_starts(folder: Path) -> None:
    """A line for every set and arm."""
    groups = defaultdict[tuple[str, str], list[list[float]]](list)
    for name, arm, found in read(folder):
        criterion = SmoothedCrossEntropy(smoothing=default_experiment("none").recipe.label_smoothing)
        fitted, first = (
            float(criterion.weighted_mean(found.val[epoch], found.val_labels))
            for epoch in (found.fitted, found.fitted + 1)
        )
        steps = found.step_losses[1][:FIRST_STEPS]
        groups[name, arm].append(
            [found.accuracies[found.fitted], found.accuracies[-1], first - fitted, sum(steps) / len(steps)]
        )
    for (name, arm), rows in sorted(groups.items()):
        head, last, jump, loss = np.mean(rows, axis=0)
        sys.stdout.write(
            f"{name:12} {arm:22} {len(rows):2} runs: test accuracy of the head {head:.3f}, of the last epoch "
            f"{last:.3f}; validation loss {jump:+.2f} after the first epoch; training loss {loss:.2f} at first\n"
        )


def tell_kept(folder: Path) -> None:
    """A line for every set and rule: what the kept epoch is worth, and how often two points were lost."""
    sets = defaultdict[str, list[Record]](list)
    for name, _, found in read(folder):
        sets[name].append(found)
    for name, records in sorted(sets.items()):
        for rule in RULES:
            epochs = [kept(found, rule) for found in records]
            worth = [found.accuracies[epoch] for found, epoch in zip(records, epochs, strict=True)]
            simple = [found.phases[epoch] == 0 for found, epoch in zip(records, epochs, strict=True)]
            caution = sum(
                head and found.accuracies[-1] - value > 0.0199
                for found, value, head in zip(records, worth, simple, strict=True)
            )
            noise = sum(
                not head and found.accuracies[found.fitted] - value > 0.0199
                for found, value, head in zip(records, worth, simple, strict=True)
            )
            sys.stdout.write(
                f"{name:12} {rule.name:56} {len(records):3} runs: test accuracy {np.mean(worth):.4f}; "
                f"two points lost to caution {caution}, to noise {noise}\n"
            )


def main() -> None:
    """Record, or judge what was recorded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("record", "starts", "kept"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="stamps,signs")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--folds", default="")
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    if asked.what != "record":
        (tell_starts if asked.what == "starts" else tell_kept)(asked.folder)
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.sets.split(","):
        there = range(folds.SPLITS if name in hard_sets.SETS else folds.SPLITS * folds.REPEATS)
        for fold in map(int, asked.folds.split(",")) if asked.folds else there:
            record(name, fold, asked.arms.split(","), asked.device, asked.folder)


if __name__ == "__main__":
    main()
