"""Augmented copies from the Augment page: written by the analysis queue, with what was left out; cancelled cleanly."""

import csv
import io
import threading
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.augment.presets import PRESETS
from core.experiment import BackboneSpec, PipelineSpec, Step
from core.export import copies
from pages.ui.session.state import Draft
from tests.pages.augment.helpers import press, ran
from tests.pages.trained import keys
from tests.waiting import until

PIPELINE = PipelineSpec(steps=(Step(transform="Rotate", p=1.0),))


@pytest.fixture
def source(images) -> str:
    return str(images)


def panel() -> None:
    from core.errors import GraftError
    from pages.ui.augment import copies as augment_copies
    from pages.ui.session import engine
    from pages.ui.widgets.messages import show_error

    dataset = engine.chosen_dataset()
    try:
        augment_copies.show(dataset, dataset.items)
    except GraftError as error:
        show_error(error)


def opened(source, opened=True, **parts) -> AppTest:
    at = AppTest.from_function(panel, default_timeout=90)
    small = {
        "source": source,
        "pipeline": PIPELINE,
        "backbone": BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32),
        "seed": 3,
    }
    at.session_state["graft:draft"] = Draft(**(small | parts))
    at.session_state["augment-copies"] = opened
    return ran(at)


def texts(at: AppTest) -> str:
    told = [*at.markdown, *at.caption, *at.error, *at.warning, *at.success, *at.code]
    return "\n".join(element.value for element in told).replace("\\", "")


def written(at: AppTest, manager) -> AppTest:
    at = press(at, "copies-write")
    key = at.session_state["graft:copies:shown"].key
    until(lambda: manager.analyses.analysis(key).over)
    return ran(at)


def test_nothing_is_done_before_it_is_opened(source, monkeypatch):
    monkeypatch.setattr(copies, "estimated_bytes", None)
    at = opened(source, opened=False)
    assert not at.button
    assert not at.number_input


def test_the_copies_are_the_views_of_the_draft(source, manager, own_workspace):
    at = opened(source)
    assert "96 images of 32 px, about 259 kB" in texts(at)
    at.number_input(key="copies-number").set_value(2)
    at = written(ran(at), manager)
    place = own_workspace / "copies" / "images.zip"
    assert "Wrote 48 copies of 24 images" in texts(at)
    assert str(place) in texts(at)
    from core.data.cache import ImageCache
    from core.data.sources import load_dataset
    from core.features.batches import ImageViews
    from pages.ui.augment.files import backbones

    geometry = backbones.geometry(backbones.get("mobilenet_v3_small"), 32, "whole")
    items = {item.digest: item for item in load_dataset(source, own_workspace).items}
    image_views = ImageViews(PIPELINE, geometry, 3, ImageCache(geometry, 1 << 20))
    with zipfile.ZipFile(place) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        for row in rows[:6]:
            pixels = np.asarray(Image.open(io.BytesIO(archive.read(row["file"]))))
            assert (pixels == image_views.view(items[row["digest"]], int(row["view"]))).all()
    assert len(rows) == 48
    at = press(at, "copies-again")
    assert at.text_input(key="copies-place").placeholder.endswith("images-2.zip"), "nothing is written over"


def test_a_folder_of_ones_own_and_one_that_is_taken(source, manager, tmp_path):
    at = opened(source)
    at.text_input(key="copies-place").set_value(str(tmp_path / "mine"))
    at = written(ran(at), manager)
    assert (tmp_path / "mine" / "manifest.csv").is_file()
    at = press(at, "copies-again")
    at.text_input(key="copies-place").set_value(str(tmp_path / "mine"))
    at = written(ran(at), manager)
    assert "is not an empty folder" in texts(at)
    assert "copies-write" in keys(at), "another place can be chosen"


def test_a_relative_place_is_in_the_workspace(source, manager, own_workspace):
    at = opened(source)
    at.text_input(key="copies-place").set_value("mine.zip")
    written(ran(at), manager)
    assert (own_workspace / "copies" / "mine.zip").is_file()


def test_a_home_folder_that_is_nobodys_is_said(source, manager):
    at = opened(source)
    at.text_input(key="copies-place").set_value("~nosuch/x")
    at = press(ran(at), "copies-write")
    assert "no home folder for '~nosuch/x'" in texts(at)
    at.text_input(key="copies-place").set_value("x" * 300)
    assert "could not be saved" in texts(written(ran(at), manager))


def test_what_is_left_out_is_named(source, manager, images):
    at = opened(source)
    (images / "cold" / "03.png").write_bytes(b"broken")
    at = written(at, manager)
    assert "Wrote 92 copies of 23 images" in texts(at)
    assert "cold/03.png" in texts(at)


def test_it_can_be_cancelled_and_leaves_nothing(source, manager, own_workspace, monkeypatch):
    began, go_on = threading.Event(), threading.Event()
    real = copies.write_copies

    def slow(*given):
        steps = real(*given)
        try:
            for told in steps:
                began.set()
                assert go_on.wait(20)
                yield told
        finally:
            steps.close()

    monkeypatch.setattr(copies, "write_copies", slow)
    at = press(opened(source), "copies-write")
    assert began.wait(20)
    at = ran(at)
    assert "copies-cancel" in keys(at)
    assert "copies-write" not in keys(at)
    press(at, "copies-cancel")
    go_on.set()
    until(lambda: not list((own_workspace / "copies").iterdir()))
    assert "copies-write" in keys(ran(at))


def test_a_pipeline_that_cannot_be_built_is_said(source):
    broken = PipelineSpec(steps=(Step(transform="Rotate", params={"limit": 999}),))
    at = opened(source, pipeline=broken)
    assert "less than or equal to 180" in texts(at)
    assert "copies-write" not in keys(at)


def test_the_size_follows_the_number(source):
    at = opened(source, pipeline=PRESETS["strong"])
    at.number_input(key="copies-number").set_value(1000)
    assert "24,000 images" in texts(ran(at))
