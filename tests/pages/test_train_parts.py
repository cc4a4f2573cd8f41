"""The words and numbers of the live panel, without a page."""

from dataclasses import replace

import pytest

from core.experiment import DataSpec, Experiment, Phase
from core.runs.records import Run
from core.runs.status import Status
from core.training.events import EpochEnded, StepEnded
from pages.ui.train_progress import images_per_second, seconds_left, standing
from pages.ui.train_words import BADGES, accuracy, ago, badge, duration, jobs, share_done

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


def test_what_the_bar_says():
    live = standing(run(), [epoch(1, 5.0)], [], None)
    assert (live.share, live.text) == (0.2, "Epoch 2 of 10 · about 40 s left")
    assert standing(run(Status.PAUSED), [], [], None).text == "Epoch 2 of 10 · paused"
    assert "evaluated" in standing(run(Status.STOPPING), [], [], None).text
    assert standing(run(Status.QUEUED, progress={}), [], [], None).text == "Waiting for its turn"


def test_what_is_said_before_and_after_the_epochs():
    def said(what, download=None, **more):
        return standing(run(progress={"what": what, **more}), [], [], download).text

    assert standing(run(progress={}), [], [], None).text == "Getting ready"
    assert said("reading images", done=0, total=1) == "Reading images"
    assert said("loading the model", 98.0) == "Loading the model: its weights (98 MB) are downloaded once"
    assert said("evaluating the test images", done=0, total=24) == "Evaluating the test images (24 images)"


def test_speed_comes_from_steps_until_an_epoch_has_ended():
    steps = [StepEnded(step=n, epoch=0, phase=0, loss=1, learning_rate=0.1, images_per_second=10.0 * n) for n in (1, 3)]
    assert images_per_second(run(), steps) == 20.0
    assert images_per_second(run(progress=TRAINING | {"images_per_second": 31.0}), steps) == 31.0
    assert images_per_second(run(), []) is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.2, "0 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (700, "11 min"), (3900, "1 h 5 min")],
)
def test_durations(seconds, expected):
    assert duration(seconds) == expected


def test_how_long_ago():
    assert [ago(0, now) for now in (-5, 30, 61, 7300, 90000)] == [
        "just now", "just now", "1 minute ago", "2 hours ago", "1 day ago",
    ]  # fmt: skip


def test_the_score_stands_with_its_interval():
    scores = {"accuracy": 0.917, "accuracy_low": 0.742, "accuracy_high": 0.977, "n": 24}
    assert accuracy(run(results={"val": scores})) == "92 % (74 to 98 %)"
    assert accuracy(run()) is None


def test_the_line_of_the_sidebar():
    waiting = run(Status.QUEUED, progress={})
    assert jobs([]) is None
    assert jobs([run(), waiting, waiting]) == "training Pets, 20 %, 2 waiting"
    assert jobs([run()], share=False) == "training Pets"
    assert jobs([run(Status.PAUSED)], share=False) == "paused: Pets"
    assert jobs([waiting]) == "1 waiting"


def test_a_share_never_exceeds_one():
    assert share_done(run(progress=TRAINING | {"step": 120})) == 1.0
    assert share_done(replace(run(), progress={})) == 0.0


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_one_look(status):
    label, icon, colour = BADGES[status]
    assert badge(status) == f":{colour}-badge[{icon} {label}]"
