"""What a training says when it cannot go on or has to do with less, word for word in `sentences.txt`."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.errors import GraftError
from core.experiment import Phase, Recipe
from core.features.store import as_bytes
from core.training import finder, lbfgs, step
from core.training.checkpoints import LAST, Checkpoints, load_weights
from core.training.entering import enter_phase
from core.training.estimate import estimate
from core.training.finder import find_rate
from core.training.lbfgs import LbfgsFit
from core.training.loop import train
from core.training.step import Stepper, StepResult, _step_seed
from core.training.sweep import read
from core.work.control import Control
from tests.conftest import make_experiment
from tests.recorded import Recorded
from tests.training.helpers import prepare, warnings

HEAD = ("head",)
SAID = ("steps", "memory", "images", "solver", "rates", "checkpoints", "curves")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("sentences.txt"))


def message(call, *arguments, **more):
    try:
        return str(call(*arguments, **more))
    except GraftError as error:
        return f"{type(error).__name__}: {error}"


def plan(divided, folder, **parts):
    whole = {"phases": (Phase(stages=HEAD, epochs=2),), "recipe": Recipe(batch_size=4, precision="fp32")} | parts
    return prepare(make_experiment(divided, **whole), folder, saved=False)


def result(loss, rate):
    return StepResult(torch.tensor(loss), torch.tensor(3.0), rate, 4)


def test_steps(recorded):
    numbers = [(0.5, 0.1), (float("nan"), 0.0123), (float("inf"), 1e-6), (-float("inf"), 12.0)]
    lines = [message(result(*one).read) for one in numbers]

    def fails(images):
        raise ValueError("Expected more than 1 value per channel")

    stepper = SimpleNamespace(phase_input=SimpleNamespace(suffix=fails))
    lines.append(message(Stepper._forward, stepper, torch.zeros(1, 2)))
    with pytest.raises(ValueError, match="Expected more"):
        Stepper._forward(stepper, torch.zeros(2, 2))
    lines.append(str([_step_seed(*one) for one in ((1, 2, 3), (1, 3, 2), (3, 2, 1), (12, 3, 4), (1, 23, 4))]))
    recorded.check("steps", "\n".join(lines))


class Memory:
    """A stepper's surroundings: `most` images go through at once; kept features may leave the device `times` times."""

    def __init__(self, most, times=0):
        self.most, self.times, self.widths = most, times, []
        pixels = SimpleNamespace(relieve=self._leave)
        self.setup, self._graphs = SimpleNamespace(device=torch.device("cpu"), pixels=pixels), None
        self.optimizer = SimpleNamespace(zero_grad=lambda **given: self.widths.append(f"cleared {given}"))
        self.micro_batches, self.notes = 1, []

    def _leave(self):
        self.times -= 1
        return self.times >= 0

    def _accumulated(self, tensor, targets, seed):
        parts = min(self.micro_batches, len(targets))
        self.widths.append([len(one) for one in targets.tensor_split(parts)])
        if max(self.widths[-1]) > self.most:
            raise torch.OutOfMemoryError("no")
        return "done"

    def _replayed(self, *_):
        return None

    def _made_room(self):
        return Stepper._made_room(self)

    def _give_back(self):
        return Stepper._give_back(self)


def test_memory(recorded):
    lines = [step.OUT_OF_MEMORY, lbfgs.TOO_MANY]
    for most, times, count in ((9, 0, 9), (4, 0, 9), (2, 1, 9), (1, 0, 3), (0, 1, 3), (0, 0, 1)):
        memory = Memory(most, times)
        told = message(Stepper._backward, memory, torch.zeros(count), torch.zeros(count), 0, 0)
        lines.append(f"{most} of {count}: {told}, {memory.micro_batches} parts, {memory.widths}\n{memory.notes}")
    recorded.check("memory", "\n".join(lines))


def test_images(recorded, divided, tmp_path):
    lines = []
    for number, missing in enumerate((("train",), ("val",), ())):
        setup = plan(divided, tmp_path / str(number))
        gone = setup.train_items if "train" in missing else setup.val_items if missing else setup.val_items[:1]
        real = setup.pixels.image_views._images.base

        def base(item, gone=gone, real=real):
            if item in gone:
                raise FileNotFoundError(f"no {item.name}")
            return real(item)

        setup.pixels.image_views._images.base = base
        told = []

        def run(setup=setup, told=told):
            told.extend(train(setup, Control()))
            return "ended"

        lines.append(message(run))
        lines += sorted(warnings(told))
    setup = plan(divided, tmp_path / "estimate")
    setup.pixels.image_views._images.base = lambda item: (_ for _ in ()).throw(FileNotFoundError("gone"))
    lines += [message(estimate, setup, Control()), message(list, find_rate(setup, Control()))]
    solved = plan(divided, tmp_path / "solved", phases=(Phase(stages=HEAD, epochs=2, solver="lbfgs"),))
    solved.pixels.image_views._images.base = setup.pixels.image_views._images.base
    lines.append(message(list, train(solved, Control())))
    recorded.check("images", "\n".join(lines))


def test_solver(recorded, divided, tmp_path):
    setup = plan(divided, tmp_path, phases=(Phase(stages=HEAD, epochs=2, solver="lbfgs"),))
    stepper = enter_phase(setup, setup.phase_inputs("fp32"), 0)
    fit = LbfgsFit(setup, stepper.phase_input, stepper.optimizer)
    batches = list(stepper.source.batches([setup.train_items[:6], setup.train_items[6:]], 0, setup.train_items))
    assert (fit.rows, fit.views) == (0, 0)
    fit.add(batches)
    assert (fit.rows, fit.views) == (11, 1)
    fit.add(batches[:1])
    assert (fit.rows, fit.views) == (17, 2)
    setup.model.eval()
    before = len(fit._optimizer.state)
    fit.round()
    assert before == 0 < len(fit._optimizer.state)
    assert all(weight.grad is None for weight in fit._weights)
    fit.forget()
    assert len(fit._optimizer.state) == 0
    fit._features[0, 0] = float("nan")
    recorded.check("solver", "\n".join([message(fit.round), str(lbfgs.FLAT), str([w.ndim for w in fit._weights])]))


def test_rates(recorded, divided, tmp_path):
    phases = (Phase(stages=HEAD, epochs=2, solver="lbfgs"), Phase(stages=HEAD, epochs=2))
    setup = plan(divided, tmp_path, phases=phases)
    lines = [message(list, find_rate(setup, Control(), index)) for index in (-1, 2)]
    searching = find_rate(setup, Control(), 0)
    with pytest.raises(StopIteration) as ended:
        next(searching)
    lines += [str(ended.value.value), f"{finder.STEPS} {finder.VIEWS} {finder.LEAD_STEPS} {finder.ROUNDS}"]
    recorded.check("rates", "\n".join(lines))


def test_checkpoints(recorded, tmp_path):
    kept, lines = Checkpoints(tmp_path, "e", "d"), []
    for content in (b"", b"nothing"):
        (tmp_path / LAST).write_bytes(content)
        lines.append(message(kept.load_last).partition(" (")[0])
    torch.save({"position": {"epoch": 3}}, tmp_path / LAST)
    lines.append(message(kept.load_last).partition(" (")[0])
    lines.append(message(load_weights, tmp_path / "none", torch.nn.Linear(1, 1)))
    recorded.check("checkpoints", "\n".join(lines).replace(str(tmp_path), "FOLDER"))


def test_curves(recorded):
    rates = [10.0 ** (n / 4 - 5) for n in range(20)]
    falling = [2.0 - 0.06 * n for n in range(20)]
    curves = {
        "falls": falling, "falls and rises": [*falling[:14], 2, 3, 4, 5, 6, 7],
        "rises": [1 + 0.2 * n for n in range(20)], "flat": [1.0] * 20, "dips a little": [1.0] * 14 + [0.99] * 6,
        "nine": falling[:9], "eight": falling[:8], "an early dip": [2.0] * 9 + [0.5, 2.0] + falling[11:],
    }  # fmt: skip
    lines = []
    for name, losses in curves.items():
        found = read(rates[: len(losses)], losses, "So.")
        lines.append(f"{name}: {found.suggested} {found.reason}")
    recorded.check("curves", "\n".join(lines))


def test_bytes_of_a_tensor_are_in_the_order_of_its_values():
    tensor = torch.arange(6, dtype=torch.uint8).view(2, 3).t()
    assert bytes(as_bytes(tensor)) == bytes([0, 3, 1, 4, 2, 5])


def test_every_record_is_of_something(recorded):
    recorded.check_all_are_used(SAID)
