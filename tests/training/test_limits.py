"""What limits a training: measured in one, and what is said of it."""

import time
from dataclasses import replace

import pytest

from core.data import cache
from core.experiment import Phase
from core.features import sources
from core.features.store import Block
from core.features.views import Views
from core.training.events import EpochEnded
from core.training.limits import Limit, Limited, limit_of_run, limit_words
from core.training.step import Stepper
from tests.conftest import make_experiment
from tests.training.helpers import prepare, run
from tests.uneven import an_epoch

PAUSE_S = 0.05  # an image; all else of such a training takes a few milliseconds each


def slowed(monkeypatch, owner, name, seconds):
    real = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *given, **more: time.sleep(seconds) or real(*given, **more))


@pytest.fixture
def epochs(images, tmp_path):
    """The epochs of a training whose views are new in each."""

    def trained():
        experiment = make_experiment(images, phases=(Phase(stages=("head",), epochs=2),), views="fresh")
        return [event for event in run(prepare(experiment, tmp_path)) if isinstance(event, EpochEnded)]

    return trained


def test_a_first_epoch_that_reads_slowly_is_limited_by_its_files(monkeypatch, epochs):
    slowed(monkeypatch, cache, "decode", PAUSE_S)
    first, second = epochs()
    assert first.limit == Limit.FILES
    assert 0.2 < first.waited <= 1
    assert second.limit != Limit.FILES
    assert second.waited < first.waited


def test_slow_views_are_the_limit_once_images_are_decoded(monkeypatch, epochs):
    slowed(monkeypatch, Views, "image", PAUSE_S)
    assert [epoch.limit for epoch in epochs()] == [Limit.FILES, Limit.VIEWS]


def test_kept_features_that_are_read_slowly_are_the_limit(images, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 1)
    experiment = make_experiment(images, phases=(Phase(stages=("head",), epochs=3),), views=1)
    monkeypatch.setattr(sources.Features, "_fit", lambda *_: True)
    slowed(monkeypatch, Block, "get", PAUSE_S)
    found = run(prepare(experiment, tmp_path, features=tmp_path / "features"))
    assert [event.limit for event in found if isinstance(event, EpochEnded)][1:] == [Limit.FEATURES] * 2


def test_a_slow_device_is_its_own_limit(monkeypatch, epochs):
    slowed(monkeypatch, Stepper, "step", 1.0)
    found = epochs()
    assert [epoch.limit for epoch in found] == [Limit.DEVICE] * 2
    assert all(0 <= epoch.waited < 0.2 for epoch in found)


def limited(seconds, waited, limit, number=0):
    return replace(an_epoch(number, 1.0), seconds=seconds, waited=waited, limit=limit)


def test_a_run_is_limited_by_what_took_most_of_its_time():
    epochs = [limited(10.0, 0.9, "files"), limited(4.0, 0.5, "views"), limited(7.0, 0.25, "views")]
    found = limit_of_run(epochs)
    assert found.by is Limit.VIEWS
    assert found.waited == pytest.approx((9 + 2 + 1.75) / 21)
    assert limit_of_run([*epochs, limited(2.0, 0.9, "files")]).by is Limit.FILES


def test_epochs_of_older_versions_say_nothing():
    assert limit_of_run([]) is None
    assert limit_of_run([an_epoch(0, 1.0)]) is None
    assert limit_of_run([an_epoch(0, 1.0), limited(3.0, 0.125, "device")]) == Limited(0.125, Limit.DEVICE)


@pytest.mark.parametrize(
    ("limit", "device", "words"),
    [
        ("device", "cpu", "limited by the processor"), ("device", "cuda:0", "limited by the GPU"),
        ("views", "cpu", "62 % of the time goes into augmenting"),
        ("views", "mps", "the GPU waits 62 % of the time for augmented images"),
        ("files", "cpu", "62 % of the time goes into reading images"),
        ("files", "cuda:1", "the GPU waits 62 % of the time for images to be read"),
        ("features", "cpu", "62 % of the time goes into reading kept features"),
        ("features", "cuda:0", "the GPU waits 62 % of the time for kept features"),
        ("of a later version", "cpu", ""),
    ],
)  # fmt: skip
def test_what_is_said_of_a_limit(limit, device, words):
    assert limit_words(limit, 0.6249, device) == words
