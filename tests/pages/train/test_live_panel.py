"""The words and numbers of the live panel, without a page."""

from dataclasses import replace

import pytest

from core.experiment import DataSpec, Experiment, Phase
from core.runs.records import Run
from core.runs.status import Status
from core.training.events import EpochEnded, StepEnded
from pages.ui.runs.standing import images_per_second, seconds_left, standing
from pages.ui.runs.words import BADGES, ago, badge, jobs, score_and_interval, share_done

EXPERIMENT = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=10),))
TRAINING = {"what": "training", "epochs": 10, "steps": 100, "step": 20, "epoch": 1, "epochs_done": 2, "seconds": 50.0}


def run(status=Status.RUNNING, **parts) -> Run:
    values = {
        "id": "a",
        "name": "Pets",
        "digest": "",
        "device": "cpu",
        "classes": (),
        "test_key": "",
        "created_at": 0.0,
    }
    return Run(
        **({"created_at": 0.0} | values | {"status": status, "experiment": EXPERIMENT, "progress": TRAINING} | parts)
    )


def epoch(number: int, seconds: float, phase: int = 0) -> EpochEnded:
    return EpochEnded(
        epoch=number, phase=phase, step=(number + 1) * 10, train_loss=1, train_accuracy=0, val_loss=1, val_accuracy=0,
        learning_rate=0.1, seconds=seconds, images_per_second=30.0, best=False,
    )  # fmt: skip


def test_time_left_comes_from_the_newest_epochs_of_the_phase():
    assert seconds_left(run(), [epoch(0, 100.0), epoch(1, 5.0, phase=1)]) == pytest.approx(40.0)
    assert seconds_left(run(), []) == pytest.approx(50 / 20 * 80)
    assert seconds_left(run(progress=TRAINING | {"step": 2}), []) is None
    assert seconds_left(run(progress=TRAINING | {"step": 100}), []) is None
    assert seconds_left(run(progress={}), []) is None


def test_features_of_many_images_are_counted():
    progress = TRAINING | {"what": "computing features", "done": 12_345, "total": 60_000}
    assert standing(run(progress=progress), [], [], None).text == "Computing features: 12,345 of 60,000 images"
    progress |= {"what": "reading and comparing images"}
    assert standing(run(progress=progress), [], [], None).text == "Reading and comparing images (60,000 images)"


def test_what_the_bar_says():
    live = standing(run(), [epoch(1, 5.0)], [], None)
    assert (live.share, live.text) == (0.2, "Epoch 2 of 10 · about 40 s left")
    left = {"phase": 1, "phases": 2, "phase_s": 38.0, "run_s": 131.0}  # as the engine says it, phase by phase
    result = standing(run(progress=TRAINING | {"left": left}), [epoch(1, 5.0)], [], None)
    assert result.text == "Epoch 2 of 10 · phase 1 of 2: about 40 s left, whole run 2 min"
    assert standing(run(Status.PAUSED), [], [], None).text == "Epoch 2 of 10 · paused"
    assert "evaluated" in standing(run(Status.STOPPING), [], [], None).text
    assert standing(run(Status.QUEUED, progress={}), [], [], None).text == "Waiting for its turn"


@pytest.mark.parametrize(
    ("speed", "said"), [(31.26, "31.3 images/s"), (999.4, "999 images/s"), (1234.5, "1,234 images/s"), (None, None)]
)
def test_the_speed_is_said_while_it_runs(speed, said):
    progress = TRAINING | ({"images_per_second": speed} if speed else {})
    parts = standing(run(progress=progress), [epoch(1, 5.0)], [], None).parts
    assert parts[2:] == ((said,) if said else ())
    for status in (Status.PAUSED, Status.STOPPING):
        assert len(standing(run(status, progress=progress), [], [], None).parts) == 2


@pytest.mark.parametrize(
    ("device", "limit", "said"),
    [("cpu", "views", "40 % of the time goes into augmenting"), ("cuda:0", "device", "limited by the GPU"),
     ("cuda:0", None, None)],
)  # fmt: skip
def test_what_limits_the_speed_is_said_behind_it(device, limit, said):
    progress = TRAINING | {"images_per_second": 30.0, "limit": limit, "waited": limit and 0.4}
    parts = standing(run(device=device, progress=progress), [epoch(1, 5.0)], [], None).parts
    assert parts[2:] == ("30 images/s", *([said] if said else []))


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(1.0, "5 s"), (112.0, "1 min 50 s"), (119.9, "2 min"), (124.0, "2 min"), (126.0, "2 min 10 s"),
     (594.0, "9 min 50 s"), (610.0, "10 min"), (3650.0, "1 h 1 min")],
)  # fmt: skip
def test_what_is_left_is_rounded_as_far_as_it_is_worth(seconds, left):
    progress = TRAINING | {"steps": 40, "epochs": 4, "step": 30}  # one epoch is left
    assert standing(run(progress=progress), [epoch(1, seconds)], [], None).parts[1] == f"about {left} left"


def test_time_left_is_of_the_last_three_epochs_of_the_phase_and_needs_three_steps():
    ended = [epoch(n, seconds, phase) for n, (seconds, phase) in enumerate([(9, 0), (1, 1), (2, 1), (4, 1), (6, 1)])]
    assert seconds_left(run(), ended) == pytest.approx(4.0 * 8)  # eight of ten epochs are left
    for step, left in ((2, None), (3, 50 / 3 * 97)):
        assert seconds_left(run(progress=TRAINING | {"step": step}), []) == (left and pytest.approx(left))
    assert seconds_left(run(progress=TRAINING | {"step": 99}), ended) == pytest.approx(0.4)


def test_the_epoch_that_is_said_is_the_one_at_work():
    def said(**progress):
        return standing(run(progress={"what": "training", "epochs": 7, **progress}), [], [], None).parts[0]

    assert said(epoch=2) == "Epoch 3 of 7"
    assert said(first_epoch=4) == "Epoch 5 of 7", "a resumed run before its first step"
    assert said(epoch=5, first_epoch=4) == "Epoch 6 of 7"
    assert said(first_epoch=7) == "Epoch 7 of 7"


def test_what_is_said_before_and_after_the_epochs():
    def said(what, download=None, **more):
        return standing(run(progress={"what": what, **more}), [], [], download).text

    assert standing(run(progress={}), [], [], None).text == "Getting ready"
    assert said("reading images", done=0, total=1) == "Reading images"
    assert said("loading the model", 98 << 20) == "Loading the model: its weights (98 MB) are downloaded once"
    assert said("evaluating the test images", done=0, total=24) == "Evaluating the test images (24 images)"


def test_speed_comes_from_steps_until_an_epoch_has_ended():
    steps = [StepEnded(step=n, epoch=0, phase=0, loss=1, learning_rate=0.1, images_per_second=10.0 * n) for n in (1, 3)]
    assert images_per_second(run(), steps) == 20.0
    assert images_per_second(run(progress=TRAINING | {"images_per_second": 31.0}), steps) == 31.0
    assert images_per_second(run(), []) is None
    many = [
        StepEnded(step=n, epoch=0, phase=0, loss=1, learning_rate=0.1, images_per_second=float(n)) for n in range(30)
    ]
    assert images_per_second(run(), many) == sum(range(20, 30)) / 10, "of the last ten"


def test_how_long_ago():
    assert [ago(0, now) for now in (-5, 59, 60, 119, 120, 3599, 3600, 7300, 86399, 86400, 3 * 86400)] == [
        "just now", "just now", "1 minute ago", "1 minute ago", "2 minutes ago", "59 minutes ago", "1 hour ago",
        "2 hours ago", "23 hours ago", "1 day ago", "3 days ago",
    ]  # fmt: skip


def test_the_score_stands_with_its_interval():
    scores = {"accuracy": 0.917, "accuracy_low": 0.742, "accuracy_high": 0.977, "n": 24}
    assert score_and_interval(run(results={"val": scores}).val.main) == "92 % (74 to 98 %)"


def test_the_line_of_the_sidebar():
    waiting = run(Status.QUEUED, progress={})
    assert jobs([]) is None
    assert jobs([run(), waiting, waiting]) == "training Pets, 20 %, 2 waiting"
    assert jobs([run()], share=False) == "training Pets"
    assert jobs([run(Status.PAUSED)], share=False) == "paused: Pets"
    assert jobs([waiting]) == "1 waiting"
    other = run(Status.STOPPING, name="Cars", progress=TRAINING | {"step": 70})
    assert jobs([run(), other]) == "training Pets, 20 %, 1 more training"
    assert jobs([waiting, other]) == "training Cars, 70 %, 1 waiting"


def test_a_share_never_exceeds_one():
    assert share_done(run(progress=TRAINING | {"step": 120})) == 1.0
    assert share_done(replace(run(), progress={})) == 0.0


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_one_look(status):
    label, icon, colour = BADGES[status]
    assert badge(status) == f":{colour}-badge[{icon} {label}]"
