"""Trainings of seconds, and what they say."""

import torch
from torch.nn import functional

from core.backbones.rng import seeded
from core.data.sources import load_dataset
from core.data.split import make_split
from core.features.phase_inputs import PhaseInputs
from core.tasks.base import Compared
from core.tasks.classification.task import Classification
from core.training import choice, loop
from core.training.checkpoints import Checkpoints
from core.training.events import EpochEnded, StepEnded, Warned
from core.training.loop import train
from core.training.setup import set_up
from core.work.control import Control


class Unsaved:
    """Stands where checkpoints are written: large models would spend their time on that."""

    exist = False

    def load_last(self):
        return None

    def save_best(self, *_):
        pass

    def save_last(self, *_):
        pass


def prepare(experiment, folder, *, features=None, saved=True, workers=None):
    """A setup on the CPU. The same `folder` again: the run goes on where it was. `features`: where they are kept."""
    dataset = load_dataset(experiment.data.source, folder / "workspace")
    split = make_split(dataset, experiment.data.split)
    checkpoints = Checkpoints(folder / "run", experiment.digest, dataset.fingerprint) if saved else Unsaved()
    return set_up(
        experiment, dataset, split, device=torch.device("cpu"), checkpoints=checkpoints, features=features,
        workers=workers,
    )  # fmt: skip


def run(setup, control=None):
    return list(train(setup, control or Control()))


def worth(patch, values, margin=0.0):
    """From now on epochs are worth the next of `values`, lower is better; a later phase must win by `margin`."""
    now = []

    def monitored(*_):
        return now[-1]

    def compared(*_):
        now.append(next(values))
        return Compared(now[-1], ())

    patch.setattr(Classification, "compared", compared)  # asked first
    patch.setattr(Classification, "to_minimise", monitored)
    patch.setattr(choice, "aligned", lambda *_: ())
    patch.setattr(choice, "paired_error", lambda *_: margin / choice.SHARE)
    patch.setattr(loop, "aligned", choice.aligned)


def losses(events):
    """Loss of every step, and training and validation loss of every epoch."""
    return [e.loss for e in events if isinstance(e, StepEnded)] + [
        value for e in events if isinstance(e, EpochEnded) for value in (e.train_loss, e.val_loss)
    ]


def at_once(answer):
    """What gives answers as a generator that has nothing to tell meanwhile."""

    def answering(*given, **more):
        yield from ()
        return answer(*given, **more)

    return answering


def warnings(events):
    return [e.message for e in events if isinstance(e, Warned)]


def copy(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def settle(setup):
    """Give untrained BatchNorms the statistics of the images: with none, deep networks pass on nothing but zeros."""
    norms = [m for m in setup.model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None
    setup.model.train()
    with torch.no_grad(), seeded(0):
        for batch in setup.pixels.batches([setup.train_items + setup.val_items], None):
            setup.model(batch.tensor)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
        norm.num_batches_tracked.zero_()


def add_dropout(setup, p=0.3):
    """Dropout before every stage but the first, on while the stage is trained."""
    for stage in setup.stages[1:]:
        module = setup.model.get_submodule(stage.modules[0])
        module.register_forward_pre_hook(lambda m, given: (functional.dropout(given[0], p, m.training), *given[1:]))


class Counter:
    """Images that went through a model's first layer; what is empty, to learn a shape, does not count."""

    def __init__(self, setup):
        self.images = 0
        module = setup.model.get_submodule(setup.stages[0].modules[0])
        module.register_forward_pre_hook(lambda _, given: self._count(given[0]))

    def _count(self, images):
        self.images += int((images.flatten(2).std(dim=2).amax(dim=1) > 1e-3).sum())


def without_features(monkeypatch):
    """From now on the whole model runs at every step."""
    monkeypatch.setattr(PhaseInputs, "_cut", lambda *_: None)
