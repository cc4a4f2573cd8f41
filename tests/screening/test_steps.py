"""A screening step by step, on features that are written down here: what is looked at, in which order, and told."""

import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.augment.presets import MILD
from core.data.dataset import Item
from core.errors import InvalidInput, UnreadableImage
from core.experiment import PipelineSpec, Step
from core.screening import extractor, question, screen
from core.work.control import Control

CLASSES = ("ant", "bee", "cat", "dog")
TURN, FLIP = (PipelineSpec(steps=(Step(transform=name),)) for name in ("Rotate", "HorizontalFlip"))
COUNTS = (7, 1, 6, 9)  # one class of a single image


def item(label, number, digest=None):
    return Item(Path("x"), f"{label}/{number}.png", label, 8, 8, digest or f"{label}-{number}")


ITEMS = tuple(item(label, number) for label, count in enumerate(COUNTS) for number in range(count))


class Features:
    """Rows near a corner for each class; a flip takes images of the first class for those of the last."""

    def __init__(self, asked, lost=()):
        self.asked, self.lost = asked, lost

    def extract(self, items, pipeline, view, *, keep=False):
        name = ("plain", "mild", "turn", "flip")[[PipelineSpec(), MILD, TURN, FLIP].index(pipeline)]
        self.asked.append((name, view, len(items), keep))
        found = {}
        for number, one in enumerate(items, start=1):
            rng = np.random.default_rng(zlib.crc32(f"{one.digest} {name} {view if name == 'turn' else ''}".encode()))
            row = rng.normal(0, 0.05, 5)
            row[3 if name == "flip" and one.label == 0 else one.label] += 1
            if one.digest not in self.lost:
                found[one.digest] = row.astype(np.float32)
            yield number
        return found


@pytest.fixture
def screened(monkeypatch):
    def call(pipelines, items=ITEMS, lost=(), kind="classification", **more):
        asked, told, found = [], [], []
        monkeypatch.setattr(screen, "FeatureExtractor", lambda setup, control: Features(asked, lost))
        task = SimpleNamespace(kind=kind, classes=CLASSES)
        setup = SimpleNamespace(train_items=items, task=task, experiment=SimpleNamespace(seed=4))
        steps = screen.screen(setup, pipelines, Control(), on_found=lambda *one: found.append(one), **more)
        answers = None
        while answers is None:
            try:
                one = next(steps)
                told.append((one.what, one.done, one.total))
            except StopIteration as ended:
                answers = ended.value
        assert found == list(zip(pipelines, answers, strict=True))
        return answers, asked, told

    return call


def test_what_is_looked_at_and_told_in_order(screened):
    (turned, flipped), asked, told = screened((TURN, FLIP), views=3)
    assert asked == [
        ("plain", None, 22, False), ("mild", 0, 22, True), ("mild", 1, 22, True),
        ("turn", 0, 22, False), ("turn", 1, 22, False), ("turn", 2, 22, False),
        ("flip", 0, 22, False), ("flip", 1, 22, False),
    ], "a flip is the same in every view"  # fmt: skip
    whats = list(dict.fromkeys(what for what, _, _ in told))
    assert whats == [
        "looking at plain images", "looking at mild changes", "fitting the probe", "looking at views, 1 of 2",
        "looking at views, 2 of 2",
    ]  # fmt: skip
    assert [one for one in told if one[0] == whats[0]] == [(whats[0], n, 22) for n in range(1, 23)]
    assert [one for one in told if one[0] == whats[1]] == [(whats[1], n, 44) for n in range(1, 45)]
    assert [one for one in told if one[0] == whats[2]] == [(whats[2], 0, 1)]
    assert [one for one in told if one[0] == whats[3]] == [(whats[3], n, 66) for n in range(1, 67)]
    assert (turned.images, turned.views, flipped.views) == (22, 3, 1)
    assert [(one.name, one.images) for one in turned.classes] == [("ant", 7), ("cat", 6), ("dog", 9)]
    assert turned.reason == (
        "Labels survive: 100 % of what was correctly classified still is. "
        "Looked at 3 of 4 classes, those with the most images."
    )
    assert flipped.reason == (
        "ant is taken for dog in 100 % of its views. These views carry a wrong label. "
        "Looked at 3 of 4 classes, those with the most images."
    )
    assert {one.image for one in flipped.worst} == {f"0/{n}.png" for n in range(7)}


def test_a_single_pipeline_is_not_numbered_and_no_class_is_left_out_unsaid(screened):
    whole = tuple(one for one in ITEMS if one.label != 1)
    (found,), _, told = screened((TURN,), items=whole, views=2)
    assert told[-1] == ("looking at views", 44, 44)
    assert found.reason == "Labels survive: 100 % of what was correctly classified still is."


def test_what_cannot_be_read_is_left_out_with_a_class_that_has_one_image_then(screened):
    lost = ("0-0", *(f"2-{n}" for n in range(5)))
    (found,), asked, _ = screened((TURN,), lost=lost, views=2)
    assert [(one.name, one.images) for one in found.classes] == [("ant", 6), ("dog", 9)]
    assert [one[2] for one in asked] == [22, 15, 15, 15, 15]
    assert "Looked at 2 of 4 classes" in found.reason


def test_several_labels_are_not_screened(screened):
    with pytest.raises(InvalidInput) as refused:
        screened((TURN,), kind="multilabel")
    assert str(refused.value) == (
        "Labels can be screened where every image has one class. With several labels per image compare the views with "
        "the original by eye, or train with and without augmentation."
    )


def test_images_are_chosen_from_all_classes_in_turn_each_once():
    twice = (*ITEMS, item(0, 99, "0-0"), item(3, 99, "3-0"))
    names = [one.name for one in screen._chosen(twice, 10)]
    assert names[:7] == ["0/0.png", "2/0.png", "3/0.png", "0/1.png", "2/1.png", "3/1.png", "0/2.png"]
    assert len(names) == 22, "eight of a class where there are as many, though ten were asked for"
    many = tuple(item(label, number) for label in range(2) for number in range(30))
    assert [len(screen._chosen(many, most)) for most in (0, 15, 16, 17, 59, 60, 61)] == [16, 16, 16, 17, 59, 60, 60]
    assert len(screen._chosen(tuple(item(label, n) for label in range(2) for n in range(2)), 9)) == 4
    for few in ((), (item(0, 0), item(1, 0)), (item(0, 0), item(0, 1), item(1, 0), item(1, 1, "1-0"))):
        with pytest.raises(InvalidInput) as refused:
            screen._chosen(few, 10)
        assert str(refused.value) == (
            "Labels can be screened with two classes of two training images or more. Add images."
        )


def test_labels_are_numbered_by_the_classes_that_are_there():
    numbers, names = screen._labels([item(3, 0), item(0, 0), item(3, 1), item(2, 0)], CLASSES)
    assert (numbers.tolist(), names) == ([2, 0, 2, 1], ["ant", "cat", "dog"])


def test_a_margin_is_the_way_of_a_view_over_that_to_another_class():
    clean = np.array([[0, 0], [0, 2], [3, 4], [9, 0]], np.float32)
    views = [clean + np.array([1, 0], np.float32), clean + np.array([0, -2.5], np.float32)]
    found = screen._margins(clean, views, np.array([0, 0, 1, 1]))
    ways = np.array([5, 13**0.5, 13**0.5, 9])
    assert found == pytest.approx(np.stack([1 / ways, 2.5 / ways]), rel=1e-6)
    assert screen._distances(clean[:1], clean)[0].tolist() == pytest.approx([0, 2, 5, 9])
    alike = screen._margins(clean[:2] * 0, [clean[:2]], np.array([0, 1]))
    assert alike[0].tolist() == [0, pytest.approx(2e9)], "images of two classes that are the same"


def test_rows_of_features_stand_as_the_images_and_one_that_is_missing_is_named():
    rows = {one.digest: np.full(3, number, np.float64) for number, one in enumerate(ITEMS[:4])}
    found = extractor.matrix(rows, ITEMS[3::-1])
    assert (found.dtype, found[:, 0].tolist()) == (np.float32, [3, 2, 1, 0])
    with pytest.raises(UnreadableImage) as refused:
        extractor.matrix(rows, ITEMS[2:6])
    assert str(refused.value) == "0/4.png cannot be read any more. Restore it, or load the images again."


def test_how_much_is_looked_at():
    assert (question.IMAGES, question.VIEWS, screen.EACH, screen.MOST_CLASSES, screen.FITTED) == (120, 8, 8, 60, 2)
