"""The Data page: gallery, facts, near copies, and what was left out of a divided set."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.sources import load_dataset
from core.experiment import SplitSpec
from pages.ui.data import facts
from tests.conftest import make_images
from tests.pages.data import helpers
from tests.pages.data.helpers import choose_path, draft, png, texts

at = helpers.at
workspace = helpers.workspace


def test_the_gallery_shows_a_class_and_a_part(at):
    at.button(key="data-use-stamps").click().run()
    assert "1 to 18 of 119" in texts(at)
    assert at.selectbox(key="data-gallery-class").value is not None, "browsers show None as nothing chosen"
    at.selectbox(key="data-gallery-class").set_value(0).run()
    assert "1 to 18 of 35" in texts(at)
    at.button_group(key="data-gallery-part").set_value("test").run()
    assert "1 to 7 of 7" in texts(at)
    assert not at.exception


def test_facts(images, workspace):
    dataset = load_dataset(str(images), workspace)
    sizes = facts.sizes(dataset)
    assert sizes.smallest == sizes.median == sizes.largest == (32, 32)
    from core.data.split import make_split

    split = make_split(dataset, SplitSpec())
    mixed = facts.gallery(dataset, split, None, None)
    assert [item.label for item in mixed[:4]] == [0, 1, 0, 1]
    tested = facts.gallery(dataset, split, 1, "test")
    assert {item.label for item in tested} == {1}
    assert len(tested) == sum(dataset.items[index].label for index in split.test)


@pytest.fixture
def copied(images) -> Path:
    """`images`, with three smooth ones more in each class, and copies of them: in their class, and in the other."""
    for number, name in enumerate(("cold", "warm")):
        for scene in range(3):
            coarse = np.random.default_rng(10 * number + scene).integers(0, 256, (6, 6, 3), dtype=np.uint8)
            whole = Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC)
            whole.save(images / name / f"scene{scene}.png")
            if scene < 2 - number:
                whole.save(images / name / f"again{scene}.jpg", quality=60)
    Image.open(images / "cold" / "scene2.png").save(images / "warm" / "stray.jpg", quality=60)
    return images


def test_near_copies_are_shown_and_a_person_has_the_last_word(at, copied):
    choose_path(at, copied)
    assert not at.exception
    assert "6 images look nearly like another one of their class; each group stays in one part" in texts(at)
    assert "2 images look nearly like one of another class; all are used" in texts(at)
    buttons = [button for button in at.button if "different images" in button.label]
    assert len(buttons) == 4
    buttons[0].click().run()
    assert not at.exception
    assert len([button for button in at.button if "different images" in button.label]) == 3
    assert "4 images look nearly like another one of their class" in texts(at)
    assert len(first := draft(at).split.distinct) == 2
    next(button for button in at.button if "different images" in button.label).click().run()
    assert set(first) < set(draft(at).split.distinct), "what was said before stays"
    at.button(key="data-distinct-undo").click().run()
    assert draft(at).split == SplitSpec()


def test_the_switch_of_near_copies_changes_every_number(at, copied):
    choose_path(at, copied)
    values = {metric.label: metric.value for metric in at.metric}
    assert (values["Images"], values["Left out"]) == ("34", "0")
    at.button_group(key="data-copies.near_copies").set_value("drop").run()
    assert not at.exception
    assert draft(at).split == SplitSpec(near_copies="drop")
    values = {metric.label: metric.value for metric in at.metric}
    assert (values["Images"], values["Left out"]) == ("31", "3")
    assert "one of each group is used" in texts(at)


def test_what_was_left_out_of_a_divided_set_can_be_kept(at, workspace, copied):
    from core.data.split import make_split
    from pages.ui.data.copies import finds

    divided = workspace.parent / "divided"
    for part, names in (("train", ("again0.jpg", "scene1.png", "scene2.png", "01.png")), ("test", ("scene0.png",))):
        for label in ("cold", "warm"):
            (divided / part / label).mkdir(parents=True)
            for name in names:
                if (copied / label / name).exists():
                    (copied / label / name).rename(divided / part / label / name)
    choose_path(at, divided)
    assert next(row for row in at.metric if row.label == "Left out").value == "2"
    assert "train/cold/again0.jpg is left out: test/cold/scene0.png looks nearly the same" in texts(at)
    dataset = load_dataset(str(divided), workspace)
    (first, _) = finds(dataset, make_split(dataset, SplitSpec()), SplitSpec())
    assert [dataset.items[index].name for index in first.answer] == ["train/cold/again0.jpg"]
    next(button for button in at.button if "different images" in button.label).click().run()
    assert next(row for row in at.metric if row.label == "Left out").value == "1"


def test_the_last_page_of_the_gallery_has_the_rest(at, tmp_path, monkeypatch):
    pages = []
    monkeypatch.setattr("pages.ui.data.gallery.st.pagination", lambda count, **_: pages.append(count) or count)
    choose_path(at, make_images(tmp_path / "many", per_class=10))
    assert set(pages) == {2}
    assert any("19 to 20 of 20" in caption.value for caption in at.caption)


def test_a_folder_that_can_be_predicted_is_not_one_that_cannot_be_used(at, images):
    (images / "test").mkdir()
    (images / "cold" / "empty.png").write_bytes(b"")
    for number in range(2):
        (images / "test" / f"{number}.png").write_bytes(png(7 + number))
    choose_path(at, images)
    assert "1 cannot be used, 1 folder can be predicted." in texts(at)


def test_a_shot_that_was_taken_in_is_not_taken_in_again(workspace, monkeypatch):
    """A widget gives its files again at every run of the page."""

    def two_runs():
        import streamlit as st

        from pages.ui.data.take import Given, take

        for names in (("a.png",), ("a.png", "b.png")):
            take([Given(name, f"id of {name}", lambda: b"") for name in names], "cold", None, "Pets")
        st.session_state["over"] = True

    written = []
    monkeypatch.setattr("streamlit.rerun", lambda *_, **__: None)
    monkeypatch.setattr("pages.ui.data.take._unreadable", lambda _: [])
    monkeypatch.setattr(
        "core.data.collection.add_images",
        lambda folder, label, files: written.extend(name for name, _ in files) or [],
    )
    at = AppTest.from_function(two_runs).run()
    assert not at.exception
    assert at.session_state["over"]
    assert written == ["a.png", "b.png"]
