"""The Data page: choosing, collecting, what is shown, and bad input."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.collection import create, list_collections
from core.data.sources import load_dataset
from core.experiment import SplitSpec
from pages.ui.data import facts
from tests.conftest import make_images

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def workspace(own_workspace, monkeypatch) -> Path:
    monkeypatch.setattr("pages.ui.session.warmup.start", lambda: None)
    return own_workspace


@pytest.fixture
def at(workspace) -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).switch_page("pages/data.py").run()


def png(colour: int, size: int = 24) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((size, size)).point(lambda v: (v + colour) % 256).convert("RGB").save(out, "PNG")
    return out.getvalue()


def choose_path(at: AppTest, path: object) -> AppTest:
    at.text_input(key="data-path").set_value(str(path))
    return at.button(key="data-path-use").click().run()


def start_collecting(at: AppTest, class_name: str = "", name: str = "Pets") -> AppTest:
    at.text_input(key="data-new-name").set_value(name)
    at.button(key="data-new").click().run()
    return at.text_input(key="data-class-new").set_value(class_name).run()


def upload(at: AppTest, *files: tuple[str, bytes]) -> AppTest:
    (uploader,) = at.file_uploader
    return uploader.set_value([(name, content, "image/png") for name, content in files]).run()


def draft(at: AppTest):
    return at.session_state["graft:draft"]


def texts(at: AppTest) -> str:
    """Everything said in Markdown, without the escapes."""
    found = [*at.markdown, *at.caption, *at.subheader, *at.error, *at.warning, *at.success]
    return "\n".join(part.value for part in found).replace("\\", "").replace("\u2060", "")


def pictures(workspace: Path) -> list[str]:
    root = workspace / "datasets"
    return sorted(path.relative_to(root).as_posix().partition("/")[2] for path in root.rglob("*.png"))


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


def test_uploads_are_written_at_once_and_only_once(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)), ("b.png", png(60)), ("fake.jpg", b"<html>no image</html>"))
    assert not at.exception
    assert pictures(workspace) == ["cat/a.png", "cat/b.png"]
    assert "2 images added to cat" in texts(at)
    assert "fake.jpg: It is" in texts(at)
    assert draft(at).source == str(list_collections(workspace)[0].folder)
    at.run()
    assert pictures(workspace) == ["cat/a.png", "cat/b.png"]
    at.button_group(key="data-class").set_value("\0new").run()
    at.text_input(key="data-class-new").set_value("dog").run()
    upload(at, ("a.png", png(120)))
    assert pictures(workspace) == ["cat/a.png", "cat/b.png", "dog/a.png"]
    at.button(key="data-done").click().run()
    assert (at.metric[0].value, at.metric[1].value) == ("3", "2")
    assert "A training cannot start" in at.error[0].value


def test_pictures_wait_until_their_class_is_named(at, workspace):
    start_collecting(at)
    upload(at, ("a.png", png(1)))
    assert "Name the class" in at.warning[0].value
    assert "the moment they arrive" not in texts(at)
    assert pictures(workspace) == []
    at.text_input(key="data-class-new").set_value("cat").run()
    assert pictures(workspace) == ["cat/a.png"]
    assert "the moment they arrive" in texts(at)


@pytest.mark.parametrize("label", ["../../etc", HOSTILE, "CON", "日本語", "[x](javascript:alert(1))"])
def test_any_class_name_is_a_label_and_never_a_path(at, workspace, label):
    start_collecting(at, label)
    upload(at, ("../../evil.png", png(1)))
    assert not at.exception
    (one,) = list_collections(workspace)
    assert load_dataset(str(one.folder), workspace).classes == (label,)
    assert [path.resolve().is_relative_to(one.folder) for path in workspace.rglob("*.png")] == [True]
    at.button(key="data-done").click().run()
    assert not at.exception
    assert f"'{label}'" in texts(at)


def test_files_that_are_no_pictures_make_no_collection(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("fake.png", b"text"))
    assert "1 file was not added" in texts(at)
    assert list_collections(workspace) == ()
    assert at.button(key="data-done").disabled


def test_a_class_name_that_is_too_long_is_said(at, workspace):
    start_collecting(at, "x" * 1001)
    upload(at, ("a.png", png(1)))
    assert not at.exception
    assert "has 1001 characters" in texts(at)
    assert pictures(workspace) == []


def test_pictures_can_be_removed(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)), ("b.png", png(60)), ("c.png", png(120)))
    at.button(key="data-undo").click().run()
    assert len(pictures(workspace)) == 2
    at.button(key="data-done").click().run()
    name = at.selectbox(key="data-remove-name").value
    at.button(key="data-remove-now").click().run()
    assert not at.exception
    assert name not in pictures(workspace)
    assert at.metric[0].value == "1"


def test_adding_to_a_sample_makes_a_copy_and_says_so(at, workspace):
    at.button(key="data-use-signs").click().run()
    at.button(key="data-add").click().run()
    assert "itself is never changed" in texts(at)
    at.button(key="data-copy").click().run()
    assert not at.exception
    (one,) = list_collections(workspace)
    assert draft(at).source == str(one.folder)
    at.button_group(key="data-class").set_value("up").run()
    upload(at, ("mine.png", png(1)))
    assert load_dataset(str(one.folder), workspace).counts["up"] == 41


def test_collections_of_the_workspace_are_offered_again(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)))
    folder = list_collections(workspace)[0].folder
    later = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).switch_page("pages/data.py").run()
    assert draft(later).source == str(folder)  # a new session goes on where the last one was
    later.button(key="data-change").click().run()
    later.button(key=f"data-use-{folder.name}").click().run()
    assert draft(later).source == str(folder)
    later.button(key="data-add").click().run()
    upload(later, ("b.png", png(90)))
    assert pictures(workspace) == ["cat/a.png", "cat/b.png"]


def test_an_empty_collection_is_opened_to_be_filled(workspace):
    folder = create(workspace, "Nothing yet")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).switch_page("pages/data.py").run()
    at.button(key=f"data-use-{folder.name}").click().run()
    assert not at.exception
    assert "Add images to “Nothing yet”" in texts(at)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, png(number * 30))
    return out.getvalue()


def send_zip(at: AppTest, name: str, content: bytes) -> AppTest:
    (uploader,) = at.file_uploader
    return uploader.set_value([(name, content, "application/zip")]).run()


def test_a_zip_is_unpacked_into_the_workspace(at, workspace):
    send_zip(at, "pets.zip", zipped("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"))
    assert not at.exception
    (one,) = list_collections(workspace)
    assert (one.name, draft(at).source) == ("pets", str(one.folder))
    assert at.metric[0].value == "4"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("1.png", "2.png"), "flat.zip holds 2 images and no class folders"),
        (zipped("../../etc/1.png"), "../../etc/1.png"),
        (b"no zip", "not a zip"),
        (b"", ""),
    ],
)
def test_a_zip_that_cannot_be_used_leaves_nothing_behind(at, workspace, content, words):
    send_zip(at, "flat.zip", content)
    assert not at.exception
    assert at.error[0].value
    assert words in texts(at)
    assert list_collections(workspace) == ()
    assert pictures(workspace) == []


def test_images_that_are_gone_are_said_and_others_can_be_chosen(at, images):
    choose_path(at, images)
    images.rename(images.with_name("elsewhere"))
    at.run()
    assert not at.exception
    assert "There is no folder" in texts(at)
    at.button(key="data-use-signs").click().run()
    assert draft(at).source == "sample:signs"


def test_a_collection_deleted_while_it_is_filled_is_said(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)))
    folder = list_collections(workspace)[0].folder
    folder.rename(workspace / "elsewhere")
    at.run()
    assert not at.exception
    assert "There is no folder" in texts(at)
    at.button(key="data-give-up").click().run()
    assert {button.key for button in at.button} >= {"data-use-stamps"}


def test_the_gallery_shows_a_class_and_a_part(at):
    at.button(key="data-use-stamps").click().run()
    assert "1 to 18 of 119" in texts(at)
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
    assert len(draft(at).split.distinct) == 2
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
