"""The Data page: collecting images by upload, camera and zip."""

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.data.collection import create, list_collections
from core.data.sources import load_dataset
from tests.pages.data import helpers
from tests.pages.data.helpers import HOSTILE, ROOT, choose_path, draft, png, texts

at = helpers.at
workspace = helpers.workspace


def start_collecting(at: AppTest, class_name: str = "", name: str = "Pets") -> AppTest:
    at.text_input(key="data-new-name").set_value(name)
    at.button(key="data-new").click().run()
    return at.text_input(key="data-class-new").set_value(class_name).run()


def upload(at: AppTest, *files: tuple[str, bytes]) -> AppTest:
    (uploader,) = at.file_uploader
    return uploader.set_value([(name, content, "image/png") for name, content in files]).run()


def image_files(workspace: Path) -> list[str]:
    root = workspace / "datasets"
    return sorted(path.relative_to(root).as_posix().partition("/")[2] for path in root.rglob("*.png"))


def test_uploads_are_written_at_once_and_only_once(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)), ("b.png", png(60)), ("fake.jpg", b"<html>no image</html>"))
    assert not at.exception
    assert image_files(workspace) == ["cat/a.png", "cat/b.png"]
    assert "2 images added to cat" in texts(at)
    assert "fake.jpg: It is" in texts(at)
    assert draft(at).source == str(list_collections(workspace)[0].folder)
    at.run()
    assert image_files(workspace) == ["cat/a.png", "cat/b.png"]
    at.button_group(key="data-class").set_value("\0new").run()
    at.text_input(key="data-class-new").set_value("dog").run()
    upload(at, ("a.png", png(120)))
    assert image_files(workspace) == ["cat/a.png", "cat/b.png", "dog/a.png"]
    at.button(key="data-done").click().run()
    assert (at.metric[0].value, at.metric[1].value) == ("3", "2")
    assert "A training cannot start" in at.error[0].value


def test_images_wait_until_their_class_is_named(at, workspace):
    start_collecting(at)
    upload(at, ("a.png", png(1)))
    assert "Name the class" in at.warning[0].value
    assert "the moment they arrive" not in texts(at)
    assert image_files(workspace) == []
    at.text_input(key="data-class-new").set_value("cat").run()
    assert image_files(workspace) == ["cat/a.png"]
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


def test_files_that_are_no_images_make_no_collection(at, workspace):
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
    assert image_files(workspace) == []


def test_images_can_be_removed(at, workspace):
    start_collecting(at, "cat")
    upload(at, ("a.png", png(1)), ("b.png", png(60)), ("c.png", png(120)))
    at.button(key="data-undo").click().run()
    assert len(image_files(workspace)) == 2
    at.button(key="data-done").click().run()
    name = at.selectbox(key="data-remove-name").value
    at.button(key="data-remove-now").click().run()
    assert not at.exception
    assert name not in image_files(workspace)
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
    assert image_files(workspace) == ["cat/a.png", "cat/b.png"]


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
    assert image_files(workspace) == []


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


def test_after_each_zip_the_uploader_is_a_new_and_empty_one(at, workspace):
    keys = []
    for content in (b"no zip", zipped("1.png", "2.png"), b"no zip either"):
        (uploader,) = at.file_uploader
        keys.append(uploader.key)
        at = send_zip(at, "flat.zip", content)
        at = at.run()
        assert len(at.file_uploader) == 1
    assert keys == [f"data-zip-upload-{number}" for number in range(3)]
