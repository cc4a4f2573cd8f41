"""What a training will take: measured on few images, and never silent when there is nothing to measure."""

import pytest
import torch

from core.backbones.stages import stage_table
from core.errors import TrainingFailed
from core.experiment import Phase, PipelineSpec, Recipe
from core.features import phase_inputs, sources
from core.training import estimate as module
from core.training.entering import enter_phase
from core.training.estimate import Speed, estimate
from core.work.control import Aborted, Control
from tests.conftest import make_experiment
from tests.training.test_loop import prepare
from tests.uneven import TRAIN, VAL


def test_what_is_kept_saves_time_and_takes_room(experiment, tmp_path):
    found = estimate(prepare(experiment.changed(views=2), tmp_path), Control())
    assert 0 < found.seconds < 0.999 * found.seconds_uncut
    assert found.kept_bytes > 0
    assert estimate(prepare(experiment.changed(views="fresh"), tmp_path / "fresh"), Control()).kept_bytes == 0


def test_what_is_too_large_to_be_kept_saves_nothing(experiment, tmp_path, monkeypatch):
    for place in (phase_inputs, sources):
        monkeypatch.setattr(place, "MEMORY_BYTES", 1)
    found = estimate(prepare(experiment.changed(views=2), tmp_path), Control())
    assert found.kept_bytes == 0
    assert found.seconds == pytest.approx(found.seconds_uncut)


def test_images_that_are_gone_are_said(experiment, tmp_path):
    setup = prepare(experiment, tmp_path)
    for item in setup.train_items:
        item.path.unlink()
    with pytest.raises(TrainingFailed, match="that were tried could be read"):
        estimate(setup, Control())


def test_an_abort_ends_it(experiment, tmp_path):
    control = Control()
    control.abort()
    with pytest.raises(Aborted):
        estimate(prepare(experiment, tmp_path), control)


NAMES = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
SPEEDS = {0: Speed(1000.0, 10.0, 1.0), 1: Speed(7000.0, 40.0, 3.0), 2: Speed(50000.0, 90.0, 5.0)}


def timed(divided, folder, monkeypatch, phases, **parts):
    """The estimate of a training whose phases are as fast as `SPEEDS` says."""
    monkeypatch.setattr(module, "_speed", lambda setup, stepper, control: SPEEDS[stepper.index])
    plan = make_experiment(divided, phases=phases, recipe=Recipe(batch_size=8, precision="fp32"), **parts)
    return estimate(prepare(plan, folder), Control())


def whole(*epochs):
    """Seconds without anything kept: every image through the whole model at every epoch of every phase."""
    return sum(
        n * ((TRAIN + VAL) * SPEEDS[at].views + TRAIN * SPEEDS[at].training + VAL * SPEEDS[at].answering)
        for at, n in enumerate(epochs)
    )


HEAD, LATE = ("head",), NAMES[-2:]


def test_the_phases_are_summed_and_each_takes_its_own_time(divided, tmp_path, monkeypatch):
    found = timed(divided, tmp_path, monkeypatch, (Phase(stages=HEAD, epochs=3), Phase(stages=NAMES, epochs=2)))
    assert found.seconds_uncut == pytest.approx(whole(3, 2))
    # two views and the plain images are made once for the head; nothing is frozen in the second phase
    made = 2 * TRAIN + VAL
    saved = 3 * (TRAIN + VAL) - made
    assert found.seconds == pytest.approx(whole(3, 2) - saved * SPEEDS[0].views)


def test_what_an_earlier_phase_has_made_at_the_same_cut_is_not_made_again(divided, tmp_path, monkeypatch):
    phases = (Phase(stages=LATE, epochs=1), Phase(stages=LATE, epochs=4, learning_rate=1e-4))
    found = timed(divided, tmp_path, monkeypatch, phases)
    assert found.seconds_uncut == pytest.approx(whole(1, 4))
    steps = sum(n * (TRAIN * SPEEDS[at].training + VAL * SPEEDS[at].answering) for at, n in enumerate((1, 4)))
    # the first phase makes one view and the plain images, the second the other view
    assert found.seconds == pytest.approx(steps + (TRAIN + VAL) * SPEEDS[0].views + TRAIN * SPEEDS[1].views)


def test_fresh_views_are_made_at_every_epoch_and_plain_images_once(divided, tmp_path, monkeypatch):
    found = timed(divided, tmp_path, monkeypatch, (Phase(stages=HEAD, epochs=3),), views="fresh")
    assert found.seconds == pytest.approx(whole(3) - 2 * VAL * SPEEDS[0].views)
    assert found.kept_bytes == 0


def test_mixed_images_are_made_at_every_epoch(divided, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_speed", lambda *_: SPEEDS[0])
    plan = make_experiment(
        divided, phases=(Phase(stages=HEAD, epochs=3),), recipe=Recipe(batch_size=8, precision="fp32", mixup=0.2)
    )
    found = estimate(prepare(plan, tmp_path), Control())
    assert found.seconds == pytest.approx(whole(3) - 2 * VAL * SPEEDS[0].views)
    assert found.kept_bytes == 0


def test_views_that_do_not_vary_are_one(divided, tmp_path, monkeypatch):
    found = timed(divided, tmp_path, monkeypatch, (Phase(stages=HEAD, epochs=3),), pipeline=PipelineSpec())
    assert found.seconds == pytest.approx(whole(3) - 2 * (TRAIN + VAL) * SPEEDS[0].views)


def test_speeds_are_per_image_and_each_of_its_own_work(divided, tmp_path, monkeypatch):
    setup = prepare(make_experiment(divided, recipe=Recipe(batch_size=4, precision="fp32")), tmp_path)
    turns = iter(((77.0, 33.0), (24.0, 22.0), (15.0, 11.0), (6.5, 5.5)))

    def timed(work, device):
        assert device == setup.device
        return work(), module._Turns(*next(turns))

    monkeypatch.setattr(module, "_timed", timed)
    setup.model.eval()
    stepper = enter_phase(setup, setup.phase_inputs("fp32"), 0)
    # of eleven images; views and frozen: 55 s
    assert module._speed(setup, stepper, Control()) == Speed(
        3.0, 1.0, 0.5, decoding=4.0, once_inputs=2.0, once=5.0, freezing=2.0
    )
    turns = iter(((77.0, 33.0),) * 4)
    assert module._speed(setup, stepper, Control()).decoding == 0.0, "they are decoded now"


def test_a_device_computes_while_views_are_made():
    speed = Speed(5.0, 1.0, 0.5, once_inputs=7.0, freezing=2.0)
    found = [speed.seconds(10, 4.0, behind, torch.device("cpu")) for behind in (3.0, 100.0)]
    assert found == [10 * 7 + 4 + 3 + 7, 10 * 7 + 4 + 100 + 7]
    found = [speed.seconds(10, 4.0, behind, torch.device("cuda")) for behind in (3.0, 100.0)]
    assert found == [10 * 5 + 4, 10 * 2 + 100 + 7], "the slower of both"
    assert [speed.seconds(0, 0.0, 3.0, torch.device(kind)) for kind in ("cpu", "cuda")] == [3.0, 3.0]


def test_as_many_images_are_tried_as_processes_can_take(divided, tmp_path, monkeypatch):
    plan = make_experiment(divided, recipe=Recipe(batch_size=64, precision="fp32"))
    setup, tried, frozen = prepare(plan, tmp_path), [], module._frozen
    monkeypatch.setattr(module, "IMAGES", 2)
    for processes, count in ((1, 2), (3, 6), (15, TRAIN)):
        monkeypatch.setattr(setup.pixels, "ready", lambda timeout_s, processes=processes: processes)
        monkeypatch.setattr(module, "_timed", lambda work, _: (work(), module._Turns(1.0, 1.0)))
        monkeypatch.setattr(module, "_frozen", lambda at, batch: tried.append(len(batch.items)) or frozen(at, batch))
        setup.model.eval()
        module._speed(setup, enter_phase(setup, setup.phase_inputs("fp32"), 0), Control())
        assert tried.pop() == count


def test_decoding_is_shared_among_the_images_that_were_tried(divided, tmp_path, monkeypatch):
    setup = prepare(make_experiment(divided, recipe=Recipe(batch_size=4, precision="fp32")), tmp_path)
    monkeypatch.setattr(module, "IMAGES", 2)
    monkeypatch.setattr(module, "_timed", lambda work, _: (work(), module._Turns(45.0, 1.0)))
    setup.model.eval()
    assert module._speed(setup, enter_phase(setup, setup.phase_inputs("fp32"), 0), Control()).decoding == 22.0


@pytest.mark.parametrize(("name", "synchronised"), [("cpu", 0), ("cuda", 2)])
def test_each_part_is_timed_in_two_turns_to_its_end(monkeypatch, name, synchronised):
    clock, turns, ends = iter((10.0, 17.0, 20.0, 24.0)), [], []
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(module.torch.accelerator, "synchronize", ends.append)
    device = torch.device(name)
    assert module._timed(lambda: turns.append("turn") or len(turns), device) == (2, module._Turns(7.0, 4.0))
    assert ends == [device] * synchronised
    assert (module._Turns(7.0, 4.0).more, module._Turns(4.0, 7.0).more) == (3.0, 0.0)


ONCE = {0: Speed(1000.0, 10.0, 1.0, 300.0, 5.0, 7.0), 1: Speed(7000.0, 40.0, 3.0, 0.0, 11.0, 13.0)}


def test_images_are_decoded_once_and_each_phase_has_its_first_batch(divided, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_speed", lambda setup, stepper, control: ONCE[stepper.index])
    phases = (Phase(stages=HEAD, epochs=3), Phase(stages=NAMES, epochs=2))
    setup = prepare(make_experiment(divided, phases=phases, recipe=Recipe(batch_size=8, precision="fp32")), tmp_path)
    setup.pixels.image_views.plain(setup.train_items[0])  # decoded already
    found = estimate(setup, Control())
    more = 300.0 * (TRAIN + VAL - 1) + 5.0 + 7.0 + 11.0 + 13.0
    assert found.seconds_uncut == pytest.approx(whole(3, 2) + more)
    assert found.seconds == pytest.approx(whole(3, 2) - (TRAIN + 2 * VAL) * SPEEDS[0].views + more)


def test_where_all_features_are_kept_nothing_is_decoded(divided, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_speed", lambda setup, stepper, control: ONCE[stepper.index])
    monkeypatch.setattr(module, "_missing", lambda *_: 0)
    plan = make_experiment(
        divided, phases=(Phase(stages=HEAD, epochs=3),), recipe=Recipe(batch_size=8, precision="fp32")
    )
    found = estimate(prepare(plan, tmp_path), Control())
    assert found.seconds == 7.0 + 3 * (TRAIN * 10.0 + VAL * 1.0)
