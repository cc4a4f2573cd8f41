"""Screening on images: what it must find on the samples, and what it does with little, damaged or tiny data."""

from collections import Counter
from pathlib import Path

import pytest

from core.augment.presets import read_screened
from core.data.dataset import Item
from core.errors import InvalidInput, UnreadableImage
from core.experiment import SplitSpec
from core.planning.experiments import default_experiment
from core.runs.trial import screen_labels
from core.runs.workspace import Workspace
from core.screening import screen as module
from core.screening.screen import EACH, MOST_CLASSES, _chosen, screen
from core.screening.verdict import Verdict
from core.work.control import Aborted, Control
from tests.conftest import make_experiment, make_images
from tests.training.test_loop import prepare


def ended(steps, events=None):
    """What a generator of progress returns; that it told something on the way, which `events` gets."""
    events = [] if events is None else events
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            assert events
            return end.value


def pipelines(*names):
    return [read_screened(name) for name in names]


def test_every_pipeline_gets_its_answer_from_the_same_images(experiment, tmp_path):
    setup = prepare(experiment, tmp_path)
    events = []
    none, turned = ended(screen(setup, pipelines("none", "Rotate"), Control(), views=2), events)
    assert none.affinity == 1
    assert none.flip_rate == 0
    assert none.margin == 0
    assert none.views == 1, "all of them are the same"
    assert turned.margin > 0
    assert (turned.images, turned.views) == (none.images, 2)
    assert {one.name for one in turned.classes} == set(setup.task.classes)
    again = ended(screen(setup, pipelines("Rotate"), Control(), views=2))
    assert again == (turned,)
    n = turned.images
    last = {event.what: (event.done, event.total) for event in events}
    assert list(last.items()) == [
        ("looking at plain images", (n, n)), ("looking at mild changes", (2 * n, 2 * n)), ("fitting the probe", (0, 1)),
        ("looking at views, 1 of 2", (2 * n, 2 * n)), ("looking at views, 2 of 2", (2 * n, 2 * n)),
    ]  # fmt: skip
    for what in list(last)[3:]:
        done = [event.done for event in events if event.what == what]
        assert done == sorted(set(done)), "it only grows"


@pytest.mark.parametrize("name", ["OneOf", "TrivialAugment", "HistogramMatching"])
def test_choices_policies_and_steps_that_look_at_other_images_are_screened_too(name, experiment, tmp_path):
    (found,) = ended(screen(prepare(experiment, tmp_path), pipelines(name), Control(), views=2))
    assert found.views == 2
    assert found.margin > 0


def test_one_class_is_too_few(experiment, tmp_path):
    setup = prepare(experiment, tmp_path)
    lonely = tuple(item for item in setup.train_items if item.label == 0)
    object.__setattr__(setup, "train_items", lonely)
    with pytest.raises(InvalidInput, match="two classes"):
        ended(screen(setup, pipelines("none"), Control()))


def test_many_classes_get_enough_images_each_and_the_smallest_are_left_out(monkeypatch):
    def items(label, count):
        return [Item(Path(f"{label}-{n}.png"), f"{label}-{n}", label, 32, 32, f"{label}-{n}") for n in range(count)]

    many = [item for label in range(100) for item in items(label, 10 if label % 2 else 9)]
    chosen = _chosen(many, 120)
    assert len(chosen) == EACH * MOST_CLASSES
    labels = Counter(item.label for item in chosen)
    assert set(labels.values()) == {EACH}
    assert set(range(1, 100, 2)) <= set(labels), "those with the most images"
    assert len(_chosen([item for label in range(5) for item in items(label, 40)], 120)) == 120


def test_classes_left_out_are_counted_in_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 2)
    setup = prepare(make_experiment(make_images(tmp_path / "images", classes=("a", "b", "c"))), tmp_path)
    (found,) = ended(screen(setup, pipelines("none"), Control(), views=2))
    assert len(found.classes) == 2
    assert found.reason.endswith("Looked at 2 of 3 classes, those with the most images.")


def test_an_abort_ends_it(experiment, tmp_path):
    control = Control()
    control.abort()
    with pytest.raises(Aborted):
        ended(screen(prepare(experiment, tmp_path), pipelines("none"), control))


def test_images_that_vanish_are_named(experiment, tmp_path):
    setup = prepare(experiment, tmp_path)
    steps = screen(setup, pipelines("none"), Control())
    next(steps)
    gone = setup.train_items[0]
    gone.path.unlink()
    setup.pixels.image_views.cache._images.clear()  # as if memory had been needed for others
    with pytest.raises(UnreadableImage, match=r"Restore it"):
        ended(steps)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_samples_answer_as_they_must_with_margin(seed, tmp_path):
    def safety(sample, *names):
        plan = default_experiment(f"sample:{sample}")
        plan = plan.changed(seed=seed, data=plan.data.model_copy(update={"split": SplitSpec(seed=seed)}))
        return ended(screen_labels(plan, Workspace(tmp_path), "cpu", pipelines(*names), Control()))

    mild = tmp_path / "mild.yaml"
    mild.write_text("steps: [{transform: RandomBrightnessContrast, params: {brightness: 0.15, contrast: 0.0}}]")
    hue = tmp_path / "hue.yaml"
    hue.write_text("steps: [{transform: HueShift, params: {limit: 120}}]")
    flip, colours, light = safety("signs", "HorizontalFlip", str(hue), str(mild))
    assert flip.verdict is Verdict.RED
    arrows = {one.name: one for one in flip.classes if one.name.startswith("turn-")}
    assert {one.becomes.taken_for for one in arrows.values()} == set(arrows)
    assert flip.clean > 0.85, "at any place in the image"
    assert all(one.harmed and one.affinity < 0.7 for one in arrows.values())
    assert "turn-" in flip.reason
    assert colours.verdict is Verdict.RED
    lamps = [one for one in colours.classes if one.name.endswith("light")]
    assert min(one.affinity for one in lamps) < 0.65
    assert light.verdict is Verdict.GREEN
    assert light.affinity > 0.95
    (stamps,) = safety("stamps", "HorizontalFlip")
    assert stamps.verdict is Verdict.GREEN
    assert stamps.affinity > 0.94
