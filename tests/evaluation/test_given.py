"""Which files a folder means: nested, in natural order, without junk; and what is said of the rest."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.leftovers import junk
from core.evaluation.given import files_of
from core.evaluation.predict import BATCH_SIZE, Predictor
from core.tasks.multilabel.task import MultiLabel
from tests.conftest import make_images

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "asked"
    for name in ("10.png", "9.png", "b/2.png", "b/11.png", "no ending", "a.TIFF", ".hidden.png", "@eaDir/9.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PNG)
    (root / "notes.txt").write_text("nothing to see")
    (root / "b" / "empty").touch()
    return root


def told(*paths):
    return [(one.name, one.reason, one.wanted) for one in files_of(paths)]


def test_a_folder_is_walked_in_natural_order_and_what_is_no_image_comes_with_its_reason(folder):
    found = [(os.path.relpath(name, folder), reason, wanted) for name, reason, wanted in told(folder)]
    hidden = "Is hidden, for its name begins with a dot. Rename it if it is to be used."
    assert found == [
        (".hidden.png", hidden, False),
        ("9.png", "", True), ("10.png", "", True), ("a.TIFF", "", True), ("no ending", "", True),
        ("notes.txt", "Is no image: it is text.", False),
        (str(Path("b/2.png")), "", True), (str(Path("b/11.png")), "", True),
        (str(Path("b/empty")), "Is no image: it is an empty file.", False),
    ]  # fmt: skip


def test_folders_come_in_natural_order_each_with_what_is_in_it_before_the_next(tmp_path):
    names = ["9/1.png", "9/b/1.png", "9/c/1.png", "10/1.png", "11/1.png"]
    for name in reversed(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PNG)
    assert [os.path.relpath(name, tmp_path) for name, *_ in told(tmp_path)] == [str(Path(name)) for name in names]


@pytest.mark.parametrize("mark", ["venv/pyvenv.cfg", "RECYCLER/INFO2"])
def test_images_of_an_environment_or_a_bin_are_not_asked_for(folder, mark):
    machinery = folder / mark
    machinery.parent.mkdir()
    before = [name for name, _, _ in told(folder)]
    (machinery.parent / "Dc1.png").write_bytes(PNG)
    assert len(told(folder)) == len(before) + 1, "a folder like any other"
    machinery.touch()
    assert [name for name, _, _ in told(folder)] == before


def test_links_are_followed_in_a_folder_that_is_named_by_a_link_or_from_where_one_is(folder, tmp_path, monkeypatch):
    (folder / "b" / "1.png").symlink_to(folder / "9.png")
    (tmp_path / "mine").symlink_to(folder)
    monkeypatch.chdir(folder)
    for start in (tmp_path / "mine" / "b", Path("b")):
        assert "leaves the folder" in told(start)[0][1]
    for start in (tmp_path / "mine", Path()):
        found = {os.path.relpath(name, start): reason for name, reason, _ in told(start)}
        assert found[str(Path("b/1.png"))] == ""


def test_what_is_named_itself_is_always_wanted_and_comes_in_the_order_given(folder):
    paths = [folder / "notes.txt", folder / "10.png", folder / "missing.png", folder / "9.png"]
    assert told(*paths) == [(str(path), "", True) for path in paths]
    assert told(Path("x" * 5000)) == [("x" * 5000, "", True)]


def test_links_are_followed_inside_the_folder_once_and_named_where_they_lead_out(folder, tmp_path):
    (tmp_path / "outside.png").write_bytes(PNG)
    (folder / "b" / "loop").symlink_to(folder)
    (folder / "b" / "1.png").symlink_to(folder / "9.png")
    (folder / "out.png").symlink_to(tmp_path / "outside.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    found = {os.path.relpath(name, folder): (reason, wanted) for name, reason, wanted in told(folder)}
    assert len(told(folder)) == len(found) == 12
    assert found[str(Path("b/1.png"))] == ("", True)
    assert "leaves the folder" in found["out.png"][0]
    assert "Cannot be opened" in found["gone.png"][0]
    assert found["out.png"][1]


def test_what_cannot_be_opened_is_told_and_the_rest_still_comes(folder, monkeypatch):
    real_scan, real_open = os.scandir, Path.open

    def scan(place):
        if Path(place).name == "b":
            raise PermissionError(13, "Permission denied")
        return real_scan(place)

    def opened(path, *given, **more):
        if path.name == "notes.txt":
            raise PermissionError(13, "Permission denied")
        return real_open(path, *given, **more)

    os.mkfifo(folder / "pipe.png")
    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(Path, "open", opened)
    found = {os.path.relpath(name, folder): (reason, wanted) for name, reason, wanted in told(folder)}
    assert found["b"] == ("The folder cannot be opened: Permission denied.", True)
    assert found["notes.txt"] == ("The file cannot be read: Permission denied.", True)
    assert found["pipe.png"] == ("Is not a regular file.", True)
    assert list(found)[-1] == "b"
    assert (len(found), found["9.png"]) == (8, ("", True))


class Looked(Predictor):
    """Says how many images it was given at a time."""

    def predict(self, images):
        SIZES.append(len(images))
        return np.tile(np.float32([0.25, 0.75]), (len(images), 1))

    def read_with_notes(self, content):
        return np.zeros((4, 4, 3), np.uint8), (f"Read as {content.name}.",)


SIZES: list[int] = []


def test_answers_come_a_batch_at_a_time_and_in_order(tmp_path):
    SIZES.clear()
    folder = make_images(tmp_path / "many", classes=("a",), per_class=BATCH_SIZE + 5, side=8)
    (folder / "a" / "03.txt").write_text("no image")
    taken = []

    def counted():
        for one in files_of([folder]):
            taken.append(one)
            yield one

    predictor = Looked(None, None, None, None, None)
    answers = predictor.answers(counted())
    first = next(answers)
    assert len(taken) == BATCH_SIZE  # the rest is not even listed yet
    every = [first, *answers]
    assert SIZES == [BATCH_SIZE - 1, 6]
    assert [Path(answer.given.name).name for answer in every][:5] == ["00.png", "01.png", "02.png", "03.png", "03.txt"]
    assert [answer.reason != "" for answer in every].index(True) == 4
    assert sum(answer.probabilities is not None for answer in every) == BATCH_SIZE + 5
    notes = {answer.given.name: answer.notes for answer in every}
    assert notes == {
        answer.given.name: () if answer.reason else (f"Read as {Path(answer.given.name).name}.",) for answer in every
    }


def test_images_that_were_moved_to_icloud_are_named(tmp_path):
    for name in (".9.heic.icloud", "1.png"):
        (tmp_path / name).touch()
    assert {(Path(name).name, reason) for name, reason, _ in told(tmp_path)} == {
        (".9.heic.icloud", junk.IN_CLOUD), ("1.png", ""),
    }  # fmt: skip


def test_hidden_folders_of_images_are_told_in_one_line_and_leftovers_are_not(tmp_path):
    for name in (".22 LR/1.png", ".22 LR/in/2.png", ".thumbnails/3.png", ".notes/4.txt", "Recycled/5.png", "6.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    given = list(files_of([tmp_path]))
    assert [(os.path.relpath(one.name, tmp_path), one.hidden, one.wanted) for one in given] == [
        (".22 LR", True, False), ("6.png", False, True), ("Recycled/5.png", False, True),
    ]  # fmt: skip
    assert given[0].reason == "Is hidden, for its name begins with a dot. Rename the folder if it is a class."


@pytest.mark.parametrize("count", [0, 1, BATCH_SIZE, 2 * BATCH_SIZE + 3])
def test_each_image_has_its_own_row_however_many_there_are(count):
    seen = []

    def model(pixels):
        seen.append(len(pixels))
        return torch.stack([pixels[:, 0, 0, 0], 3 - pixels[:, 0, 0, 0]], dim=1)

    task = MultiLabel(("a", "b"))
    images = [np.full((2, 2, 3), number % 7, np.uint8) for number in range(count)]
    predictor = Predictor(model, None, task, None, lambda batch: torch.from_numpy(batch).float())
    found = predictor.predict(images)
    assert seen == [BATCH_SIZE] * (count // BATCH_SIZE) + [count % BATCH_SIZE] * bool(count % BATCH_SIZE)
    values = torch.tensor([number % 7 for number in range(count)], dtype=torch.float64)
    assert found.shape == (count, 2)
    np.testing.assert_allclose(found, torch.sigmoid(torch.stack([values, 3 - values], dim=1)))


def test_what_comes_after_a_folder_that_cannot_be_opened_is_still_found(tmp_path, monkeypatch):
    for name in ("1/a.png", "2/b.png", "3/c.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(PNG)
    real = os.scandir

    def scan(place):
        if Path(place).name == "2":
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr(os, "scandir", scan)
    assert [Path(name).name for name, *_ in told(tmp_path)] == ["a.png", "2", "c.png"]
    assert [Path(name).name for name, *_ in told(tmp_path / "2", tmp_path / "3")] == ["2", "c.png"]
