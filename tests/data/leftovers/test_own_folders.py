"""A workspace is known by what it holds, with a database or without; a class may be called like a folder in it."""

import pytest

from core.data.layout import read_layout
from core.data.leftovers import own
from core.data.leftovers.hidden import OWN_FOLDER
from core.data.scan import scan

SCAN = f"cache/scans/{'0a' * 12}.json"


@pytest.fixture
def images(tmp_path):
    root = tmp_path / "set"
    for path in ("ash/1.png", "ash/2.png", "ash/3.png", "oak/1.png", "oak/2.png"):
        put(root / path)
    return root


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.mark.parametrize(
    "made",
    [
        (SCAN,), (SCAN, "pipelines/mild.yaml"), ("datasets/zip3-0011223344556677/.unpacked.json",
        "datasets/zip3-0011223344556677/cat/1.png"), ("copies/oak/manifest.csv", "copies/oak/a/1.png", ".DS_Store"),
        ("runs/20250102-030405-ab/best.safetensors", "drafts/a.json", "features/x.rows"), ("draft.json",),
    ],
)  # fmt: skip
def test_a_folder_of_nothing_but_our_own_is_a_workspace(images, made):
    for name in made:
        put(images / "workspace" / name)
    assert own.is_workspace(images / "workspace")
    assert read_layout(images).summary == "2 classes: ash 3, oak 2"
    put(images / "workspace" / "7.png")  # no longer
    assert "workspace" in read_layout(images).classes


@pytest.mark.parametrize(
    "path", ["copies/1.png", "cache/1.png", "cache/scans/1.png", "datasets/a/1.png", "runs/a/1.png", "features/1.png"]
)
def test_classes_with_folders_called_like_ours_are_classes(images, path):
    put(images / "elm" / path)
    assert read_layout(images).summary == "3 classes: ash 3, elm 1, oak 2"


def test_the_remembered_images_of_a_data_folder_that_was_the_workspace(images):
    put(images / SCAN)
    put(images / "copies" / "1.png")
    assert read_layout(images).classes == {"ash", "oak"}
    assert {one.name: one.reason for one in read_layout(images).left_out} == {"copies": OWN_FOLDER}
    put(images / "graft.db")
    assert {one.name: one.reason for one in read_layout(images).left_out} == {"copies": OWN_FOLDER}


def test_without_it_a_class_may_be_called_so(images):
    put(images / "copies" / "1.png")
    assert read_layout(images).classes == {"ash", "oak", "copies"}


def test_reading_leaves_what_is_known_as_ours(images):
    layout = read_layout(images)
    scan(layout.found, layout.root, images / "workspace")
    assert (images / "workspace" / "cache").is_dir()
    assert own.is_workspace(images / "workspace")


@pytest.mark.parametrize("path", ["runs/20250102-030405-ab/data.json", SCAN])
def test_what_was_taken_out_of_a_workspace_is_no_class(images, path):
    put(images / path)
    assert read_layout(images).classes == {"ash", "oak"}
    assert read_layout(images).left_out == []


@pytest.mark.parametrize("name", ["runs", "copies"])
def test_a_class_called_like_it_is_one(images, name):
    put(images / name / "20250102-030405-ab.png")
    assert read_layout(images).classes == {"ash", "oak", name}


@pytest.mark.parametrize(
    ("name", "is_own"),
    [("graft.db", True), ("graft.db-wal", True), ("graft.db-shm", True), ("graft.db-journal", True), ("runs", True),
     ("my graft.db", False), ("graft", False), ("run", False), ("cat", False)],
)  # fmt: skip
def test_files_of_the_database_are_the_programs_own(name, is_own):
    assert own.is_own(name) == is_own
