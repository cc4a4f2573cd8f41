"""Parts of a training that are called by themselves: answers, devices and formats, what is announced, what is told."""

from contextlib import nullcontext
from dataclasses import MISSING, asdict, fields, replace
from types import SimpleNamespace

import pytest
import torch

from core.errors import UnknownDevice
from core.experiment import Phase, Recipe
from core.features.pixels import Inputs
from core.tasks.scorecard import Score
from core.training import device as device_module
from core.training import entering, inference
from core.training.checkpoints import Checkpoints, Precisions
from core.training.device import device_title, precisions, require_precision, resolve_device, steps_ahead
from core.training.events import EpochEnded
from core.training.inference import answering
from core.training.kept import Kept, forget_last, keep, kept, kept_weights
from core.training.optimizers import rate_factor
from core.training.setup import raise_momentum
from core.training.step import EpochTotals
from core.work.control import Aborted, Control
from core.work.progress import Progress, finish
from tests.conftest import make_experiment
from tests.training.helpers import prepare
from tests.uneven import TRAIN, VAL, an_epoch

CPU = torch.device("cpu")


class Given:
    """A source that gives what it was made with, and notes what it is asked for."""

    def __init__(self, *inputs):
        self.inputs, self.asked, self.announced = inputs, [], []

    def batches(self, chunks, view, order):
        self.asked.append((chunks, view, list(order)))
        yield from self.inputs

    def announce(self, chunks, view, order):
        self.announced.append(([len(chunk) for chunk in chunks], view, len(order)))


def inputs(good, failed=()):
    tensor = torch.tensor([[float(one)] for one in good]) if good else torch.empty(0)
    return Inputs(
        tensor, torch.tensor(good, dtype=torch.int64), tuple(good), tuple((one, f"no {one}") for one in failed)
    )


def answered(source, items, told=None, **more):
    def step(logits, targets):
        return logits, targets + 100

    part = lambda images: images.double() * 10  # noqa: E731
    return finish(answering(part, source, items, step, autocast=torch.no_grad, what="validating", **more), told)


@pytest.mark.parametrize("many", [40, 41])
def test_what_could_not_be_read_is_named_and_is_not_among_the_answers(monkeypatch, many):
    monkeypatch.setattr(inference, "MANY", many)
    items, seen = list(range(40)), []
    source = Given(inputs([3, 1], [2]), inputs([], [7, 8]), inputs([5]))
    found = answered(source, items, seen.append)
    assert found.items == (3, 1, 5)
    assert found.failed == ((2, "no 2"), (7, "no 7"), (8, "no 8"))
    logits, targets = found.outputs
    assert (logits.tolist(), targets.tolist()) == ([[30.0], [10.0], [50.0]], [103, 101, 105])
    assert logits.dtype == torch.float32
    told = [Progress(what="validating", done=done, total=40) for done in (3, 5, 6)]
    assert seen == (told if many == 40 else []), "only where images are many"
    ((chunks, view, order),) = source.asked
    assert ([len(one) for one in chunks], view, order) == ([20, 20], None, items)


def test_where_nothing_could_be_read_there_are_no_outputs():
    found = answered(Given(inputs([], [1])), [1])
    assert (found.outputs, found.items, len(found.failed)) == ((), (), 1)


def test_answers_end_with_an_abort_and_go_on_after_a_stop():
    control = Control()
    control.stop()
    assert answered(Given(inputs([4])), [4], control=control).items == (4,)
    control.abort()
    with pytest.raises(Aborted):
        answered(Given(inputs([4])), [4], control=control)


def machine(monkeypatch, cuda=0, mps=False, bf16=True):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda one: f"Card {one.index}")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: bf16)
    monkeypatch.setattr(torch.cuda, "device", lambda one: nullcontext())
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda one: (3, 8))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 6)
    monkeypatch.setattr(device_module.platform, "machine", lambda: "sparc")


@pytest.mark.parametrize(
    ("cuda", "mps", "names"),
    [(0, False, ("cpu",)), (0, True, ("mps", "cpu")), (2, False, ("cuda:0", "cuda:1", "cpu")),
     (1, True, ("cuda:0", "mps", "cpu"))],
)  # fmt: skip
def test_the_best_device_comes_first(monkeypatch, cuda, mps, names):
    machine(monkeypatch, cuda, mps)
    assert device_module.available_devices() == names
    assert resolve_device("auto") == torch.device(names[0])
    for name in names:
        assert resolve_device(name) == torch.device(name)
    if cuda:
        assert resolve_device("cuda") == torch.device("cuda:0")
    with pytest.raises(UnknownDevice) as refused:
        resolve_device("cuda:2")
    offered = ", ".join(names)
    assert str(refused.value) == f"This machine has no device 'cuda:2'. Choose one of: auto, {offered}."


def test_what_is_known_of_a_device(monkeypatch):
    machine(monkeypatch, 2)
    cuda, mps = torch.device("cuda:1"), torch.device("mps")
    titles = [device_title(one) for one in (cuda, mps, CPU)]
    assert titles == ["Card 1 (cuda:1)", "Apple GPU (mps)", "CPU (6 threads, sparc)"]
    assert [steps_ahead(one) for one in (cuda, mps, CPU)] == [1, 1, 0]
    assert [device_module.memory_of(one) for one in (cuda, mps, CPU)] == [(3, 8), None, None]
    assert precisions(cuda) == ("auto", "fp32", "bf16", "fp16")
    assert precisions(mps) == ("auto", "fp32", "fp16")
    assert precisions(CPU) == ("auto", "fp32", "bf16")
    machine(monkeypatch, 1, bf16=False)
    assert precisions(cuda) == ("auto", "fp32", "fp16")
    require_precision(Recipe(precision="bf16"), CPU)
    with pytest.raises(UnknownDevice) as refused:
        require_precision(Recipe(precision="fp16"), CPU)
    assert str(refused.value) == ("CPU (6 threads, sparc) does not train in fp16. Choose one of: auto, fp32, bf16.")


@pytest.mark.parametrize(
    ("recipe", "before", "now", "told"),
    [("fp32", None, ("bf16", "fp32"), []), ("fp32", ("fp32", "fp32"), ("fp32", "fp32"), []),
     ("auto", ("bf16", ""), ("bf16", "fp32"), []), ("bf16", ("fp32", ""), ("fp32", "bf16"), []),
     ("auto", ("fp16", "fp16"), ("fp32", "fp32"), ["fp16"]), ("auto", ("fp16", "bf16"), ("fp32", "bf16"), ["fp16"]),
     ("auto", ("tf32", "fp16"), ("fp32", "fp32"), ["fp16", "tf32"])],
)  # fmt: skip
def test_a_run_goes_on_in_the_formats_with_which_it_began(recipe, before, now, told):
    setup = SimpleNamespace(
        frozen_precision=lambda: "bf16", trained_precision="bf16" if recipe == "bf16" else "fp32", device=CPU,
        experiment=SimpleNamespace(recipe=Recipe(precision=recipe)),
    )  # fmt: skip
    state = before and SimpleNamespace(precisions=Precisions(*before))
    found, notes = entering.precisions_of(setup, state)
    assert found == Precisions(*now)
    assert notes == [
        f"This run computed in {one} until now, which {device_title(CPU)} does not train in: it goes on in fp32, which "
        "takes longer and more memory, and gives slightly other results."
        for one in told
    ]


@pytest.mark.parametrize(
    ("index", "epoch_in_phase", "pixels", "announced", "of_pixels"),
    [(0, 0, True, [([4, 4, 3], 5, TRAIN)], []), (0, 1, True, [([4, 4, 3], 5, TRAIN)], []),
     (0, 2, True, [], [([4, 4, 3], 5, TRAIN)]), (0, 2, False, [], []), (1, 0, True, [], [])],
)  # fmt: skip
def test_what_comes_next_is_announced(divided, tmp_path, index, epoch_in_phase, pixels, announced, of_pixels):
    phases = (Phase(stages=("head",), epochs=3), Phase(stages=("head",), epochs=1))
    plan = make_experiment(divided, phases=phases, views="fresh", recipe=Recipe(batch_size=4, precision="fp32"))
    own, images = Given(), Given()
    setup = replace(prepare(plan, tmp_path, saved=False), pixels=images)
    stepper = SimpleNamespace(source=own, index=index, phase=phases[index], phase_input=SimpleNamespace(source=Given()))
    asked = []
    inputs_of = SimpleNamespace(takes_pixels=lambda at: asked.append(at) or pixels)
    entering.announce_next(setup, inputs_of, stepper, 4, epoch_in_phase)
    assert stepper.phase_input.source.announced == [([VAL], None, VAL)]
    assert (own.announced, images.announced) == (announced, of_pixels)
    assert asked == ([1] if (index, epoch_in_phase) == (0, 2) else [])


def test_an_epoch_of_a_record_is_read_in_this_version_and_others():
    epoch = an_epoch(3, 1.0, best=True, metrics=(Score("macro F1", 0.25, share=False), Score("accuracy", 0.75)))
    record = asdict(epoch)
    assert EpochEnded.from_record({**record, "of a later version": 3}) == epoch
    assert epoch.score.name == "macro F1"
    del record["metrics"]
    former = EpochEnded.from_record(record)
    assert former.metrics == ()
    assert former.score == Score("accuracy", former.val_accuracy)


def test_totals_of_an_epoch_are_sums_over_its_images():
    totals = EpochTotals()
    totals.add(2.0, 1.0, 3, 0.5)
    totals.add(4.0, 2.0, 5, 0.25)
    assert (totals.loss, totals.correct, totals.images, totals.rate) == (26.0, 3.0, 8, 0.25)


TABLE = {
    ("cosine", 0.0, 4): (1.0, 0.853553391, 0.5, 0.146446609),
    ("cosine", 0.5, 4): (1 / 3, 2 / 3, 1.0, 0.5),
    ("cosine", 0.5, 3): (1 / 3, 2 / 3, 1.0),
    ("constant", 0.3, 5): (1 / 3, 2 / 3, 1.0, 1.0, 1.0),
    ("step", 0.0, 7): (1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01),
    ("step", 0.3, 6): (1 / 3, 2 / 3, 0.1, 0.1, 0.01, 0.01),
    ("one-cycle", 0.5, 5): (0.04, 0.52, 1.0, 0.500002, 4e-06),
    ("one-cycle", 0.0, 3): (1.0, 0.500002, 4e-06),
    ("one-cycle", 0.25, 1): (0.04,),
}


@pytest.mark.parametrize(("schedule", "warmup", "steps"), TABLE)
def test_rates_step_by_step(schedule, warmup, steps):
    recipe = Recipe(schedule=schedule, warmup=warmup)
    found = [rate_factor(recipe, step, steps) for step in range(steps)]
    assert found == pytest.approx(TABLE[schedule, warmup, steps], abs=1e-8)


def test_batches_of_an_epoch_are_even_and_views_have_an_order_of_their_own(divided, tmp_path):
    setup = prepare(make_experiment(divided, views=3, seed=4, recipe=Recipe(batch_size=4)), tmp_path, saved=False)
    assert setup.steps_per_epoch == 3
    chunks, number, order = setup.epoch_batches(4)
    assert ([len(one) for one in chunks], number) == ([4, 4, 3], 1)
    same, other, again = setup.epoch_batches(7)
    assert (other, again) == (1, order)
    assert same != chunks
    assert [item for chunk in chunks for item in chunk] != order
    assert setup.epoch_batches(4, 2)[:2] == (chunks, 2)
    assert setup.epoch_batches(4, 2)[2] == setup.epoch_batches(5)[2] != order


def test_slow_statistics_become_quick_and_quick_ones_stay():
    norms = [torch.nn.BatchNorm2d(2, momentum=one) for one in (0.01, 0.1, 0.3, None)]
    raise_momentum(torch.nn.Sequential(*norms))
    assert [norm.momentum for norm in norms] == [0.1, 0.1, 0.3, None]


def test_which_model_is_in_use_is_written_beside_it(tmp_path):
    assert (kept(tmp_path), kept_weights(tmp_path).name) == (Kept.CHOSEN, "best.safetensors")
    keep(tmp_path, Kept.LAST)
    assert (kept(tmp_path), kept_weights(tmp_path).name) == (Kept.LAST, "last.safetensors")
    (tmp_path / "last.safetensors").touch()
    (tmp_path / "best.safetensors").touch()
    forget_last(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["best.safetensors"]
    forget_last(tmp_path)
    for broken in ("{", '{"kept": "other"}', "[]", "{}"):
        keep(tmp_path, Kept.LAST)
        next(path for path in tmp_path.iterdir() if path.suffix == ".json").write_text(broken, encoding="utf-8")
        assert kept(tmp_path) is Kept.CHOSEN


def test_a_folder_that_is_deleted_meanwhile_is_not_made_anew(tmp_path):
    assert Checkpoints(tmp_path / "new", "e", "d")._makes_folder
    assert not Checkpoints(tmp_path, "e", "d")._makes_folder
    assert not Checkpoints(tmp_path, "e", "d").exist


def test_what_the_first_version_did_not_say_of_an_epoch_is_not_known():
    required = {field.name for field in fields(EpochEnded) if field.default is MISSING}
    epoch = an_epoch(3, 1.0, best=True)
    former = EpochEnded.from_record({name: value for name, value in asdict(epoch).items() if name in required})
    unknown = {field.name: getattr(former, field.name) for field in fields(EpochEnded) if field.name not in required}
    assert unknown == {
        "value": None, "gain": None, "gain_error": None, "waited": None, "limit": None, "metrics": ()
    }  # fmt: skip
