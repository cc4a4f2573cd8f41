"""What a training will take: measured on few images, and never silent when there is nothing to measure."""

import pytest

from core.errors import TrainingFailed
from core.features import feeds, sources
from core.training.control import Control
from core.training.estimate import estimate
from core.training.inference import Aborted
from tests.training.test_loop import prepare


def test_what_is_kept_saves_time_and_takes_room(experiment, tmp_path):
    found = estimate(prepare(experiment.changed(views=2), tmp_path), Control())
    assert 0 < found.seconds < 0.999 * found.seconds_uncut
    assert found.kept_bytes > 0
    assert estimate(prepare(experiment.changed(views="fresh"), tmp_path / "fresh"), Control()).kept_bytes == 0


def test_what_is_too_large_to_be_kept_saves_nothing(experiment, tmp_path, monkeypatch):
    for place in (feeds, sources):
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
