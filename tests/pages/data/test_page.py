"""The Data page: choosing images, what was left out, and how they are divided."""

import os

import pytest

from core.data.cache import ImageCache
from core.experiment import SplitSpec
from pages.ui.session import engine
from tests.conftest import make_images
from tests.pages.data import helpers
from tests.pages.data.helpers import HOSTILE, choose_path, draft, png, texts

at = helpers.at
workspace = helpers.workspace


def test_with_nothing_chosen_the_choices_are_the_page(at):
    assert not at.exception
    assert [button.label for button in at.button if button.proto.type == "primary"] == ["Use the stamps"]
    keys = {button.key for button in at.button}
    assert {"data-use-stamps", "data-use-signs", "data-new", "data-path-use"} <= keys
    assert not at.get("camera_input")


def test_a_sample_is_one_click(at):
    at.button(key="data-use-stamps").click().run()
    assert not at.exception
    assert draft(at).source == "sample:stamps"
    values = {metric.label: metric.value for metric in at.metric}
    assert (values["Images"], values["Classes"], values["Left out"]) == ("119", "5", "0")
    assert values["Largest (px)"] == "255 × 256"
    assert "**71** training · **24** validation · **24** test" in texts(at)
    assert "with three images or more" in texts(at)
    assert at.button(key="data-next").proto.type == "primary"


def test_the_chart_counts_the_classes_in_each_part(at, monkeypatch):
    drawn = []
    monkeypatch.setattr("pages.ui.data.look.live_plot", lambda figure, **_: drawn.append(figure))
    at.button(key="data-use-signs").click().run()
    bars = {trace.name: list(trace.x) for trace in drawn[-1].data if trace.type == "bar"}
    assert bars == {"Training": [24] * 6, "Validation": [8] * 6, "Test": [8] * 6}


def test_the_next_step_is_the_augment_page(at, monkeypatch):
    went = []
    monkeypatch.setattr("streamlit.switch_page", went.append)
    at.button(key="data-use-signs").click().run()
    at.button(key="data-next").click().run()
    assert went == ["pages/augment.py"]


def test_a_folder_is_taken_by_its_whole_path_and_a_change_of_it_is_seen(at, images):
    choose_path(at, f'"{images}"')
    assert draft(at).source == str(images)
    assert at.metric[0].value == "24"
    (images / "cold" / "one more.png").write_bytes(png(5))
    at.run()
    assert at.metric[0].value == "25"


def test_looking_at_a_data_set_takes_the_memory_of_looking(at, images, monkeypatch):
    kept = []
    monkeypatch.setattr(ImageCache, "keep", lambda *_: kept.append("to train"))
    monkeypatch.setattr(ImageCache, "keep_looked_at", lambda *_: kept.append("to look at"))
    choose_path(at, images)
    assert at.metric[0].value == "24"
    assert kept == ["to look at"] * 24


def test_a_change_is_seen_whichever_folder_it_is_in(images):
    places = [images, images / "cold", images / "warm"]
    for newest, place in enumerate([*places, *places], start=1):
        os.utime(place, (2e9 + newest, 2e9 + newest))
        assert engine._stamp(str(images)) == place.stat().st_mtime_ns


@pytest.mark.parametrize(
    ("path", "words"),
    [("/no/such/folder", "There is no folder and no zip at"), ("", "Type the path"), ("x" * 5000, "x. Check the path")],
)
def test_a_path_that_leads_nowhere_is_said_and_the_old_images_stay(at, path, words):
    at.button(key="data-use-signs").click().run()
    at.button(key="data-change").click().run()
    choose_path(at, path)
    assert not at.exception
    assert words in texts(at)
    assert "x" * 300 not in texts(at)
    assert "sample:" not in at.error[0].value, "that is how a terminal names them"
    assert draft(at).source == "sample:signs"
    at.button(key="data-back").click().run()
    assert at.metric[0].value == "240"


def test_a_path_may_begin_with_the_folder_of_the_user(at, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    make_images(tmp_path / "mine", per_class=4)
    choose_path(at, "~/mine")
    assert not at.error
    assert "8" in [metric.value for metric in at.metric]
    at.button(key="data-change").click().run()
    choose_path(at, "~/not here")
    assert "There is no folder and no zip at ~/not here" in texts(at)


def test_an_empty_folder_is_said(at, tmp_path):
    (tmp_path / "empty").mkdir()
    choose_path(at, tmp_path / "empty")
    assert "holds no class folders" in texts(at)
    assert "graft:draft" not in at.session_state


def test_every_file_left_out_is_listed_with_its_reason(at, images):
    (images / "cold" / f"{HOSTILE.replace('/', '')}.jpg").write_text("no image")
    (images / "cold" / "empty.png").write_bytes(b"")
    (images / "warm" / "again.png").write_bytes((images / "warm" / "00.png").read_bytes())
    choose_path(at, images)
    table = at.dataframe[0].value
    reasons = dict(zip(table["File"], table["Why"], strict=True))
    assert len(reasons) == 3
    assert "text" in reasons[f"cold/{HOSTILE}.jpg"]
    assert "empty" in reasons["cold/empty.png"]
    assert "same image" in next(reason for name, reason in reasons.items() if name.startswith("warm/"))
    assert "2 cannot be used, 1 is a copy of another image." in texts(at)


def test_what_blocks_a_training_is_said(at, tmp_path):
    choose_path(at, make_images(tmp_path / "one", classes=("only",), per_class=4))
    assert "A training cannot start" in at.error[0].value
    assert "primary" not in at.button(key="data-next").proto.type, "first the images must be put right"
    assert "only one class" in at.error[0].value


def test_the_split_is_set_and_outlives_the_page(at):
    at.button(key="data-use-stamps").click().run()
    at.number_input(key="data-split.seed").set_value(7).run()
    at.slider(key="data-split.test").set_value(0.3).run()
    assert not at.exception
    assert draft(at).split == SplitSpec(test=0.3, seed=7)
    assert "**71** training" not in texts(at)


def test_shares_that_leave_nothing_to_train_are_said_and_not_taken(at):
    at.button(key="data-use-stamps").click().run()
    at.slider(key="data-split.test").set_value(0.6).run()
    at.slider(key="data-split.val").set_value(0.6).run()
    assert "less than 0.2 for training" in texts(at)
    assert draft(at).split == SplitSpec(test=0.6)


def test_a_data_set_that_comes_divided_keeps_its_parts(at, tmp_path):
    for seed, part in enumerate(("train", "val", "test")):
        make_images(tmp_path / "set" / part, per_class=3, seed=seed)
    leak = (tmp_path / "set/test/cold/00.png").read_bytes()
    (tmp_path / "set/train/cold/leak.png").write_bytes(leak)
    choose_path(at, tmp_path / "set")
    assert at.slider(key="data-split.val").disabled
    assert at.number_input(key="data-split.seed").disabled
    assert "came divided" in texts(at)
    assert "**6** training · **6** validation · **6** test" in texts(at)
    assert list(at.dataframe[0].value["File"]) == ["train/cold/leak.png"]
    assert "repeat" not in texts(at)


def test_divided_without_validation_lets_its_share_be_chosen(at, tmp_path):
    for seed, part in enumerate(("train", "test")):
        make_images(tmp_path / "set" / part, per_class=6, seed=seed)
    choose_path(at, tmp_path / "set")
    assert not at.slider(key="data-split.val").disabled
    assert [slider.key for slider in at.slider] == ["data-split.val"]
