"""What systems leave is known by its name and by what lies in and beside it; the search for images in it is bounded."""

import os

import pytest

from core.data.leftovers import hidden, junk, own
from core.data.leftovers.hidden import DOUBTFUL_FOLDER, HIDDEN_FOLDER, LIBRARY, Search, folder_reason

JPEG = b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("name", "inside", "beside", "known"),
    [
        (".git", (), (), True), (".mine", (), (), False), ("@eaDir", (), (), True),
        ("lost+found", ("#12",), (), True), ("lost+found", ("#12", "a.png"), (), False),
        ("lost+found", ("#12", ".x"), (), True), ("LOST.DIR", ("12",), (), True), ("LOST.DIR", ("x12",), (), False),
        ("found.001", ("FILE0001.CHK", "dir0002"), (), True), ("found.001", ("FILE001.CHK",), (), False),
        ("#snapshot", (), ("#reuse",), False), ("#snapshot", (), ("@reuse", "#recycle"), True),
        ("#snapshot", ("@eaDir",), ("#reuse",), True), ("#snapshot 2", (), (), False),
        ("#recycle", ("1.png",), (), False), ("#recycle", ("1.png", "Desktop.ini"), (), True),
        ("#recycle", ("cat",), (), True), (".Trash", ("1.png",), (), False), (".Trash", ("1.png", "info"), (), True),
        (".Trash", ("1.png", "501"), (), True), (".Trash", ("$1.png",), (), True), ("My.photoslibrary", (), (), False),
    ],
)  # fmt: skip
def test_a_leftover_is_known_by_its_name_and_what_lies_in_and_beside_it(name, inside, beside, known):
    assert junk.is_junk(name)
    assert junk.is_leftover(name, inside, beside) is known


@pytest.mark.parametrize(
    ("name", "inside", "is_bin"),
    [
        ("RECYCLER", (), True), ("recycled", ("S-1-5-21-7",), True), ("Recycled", ("1.png",), False),
        ("Recycled", ("desktop.ini", "Dc1.png", "De2"), True), ("Recycled", ("desktop.ini", "Dc1.png", "x"), False),
        ("Recycled", ("Dc1.png",), False), ("Recycled", (".x",), True), ("cat", (), False),
        ("Temporary Items", ("Cleanup At Startup", "1.png"), True),
    ],
)  # fmt: skip
def test_a_bin_is_known_by_what_is_in_it(name, inside, is_bin):
    assert junk.is_bin(name, inside) is is_bin


@pytest.mark.parametrize(
    ("name", "count", "reason"),
    [
        ("a.photoslibrary", 3, LIBRARY), (".mine", 2, HIDDEN_FOLDER), ("#tags", 0, DOUBTFUL_FOLDER),
        (".trash", 0, HIDDEN_FOLDER), ("#recycle", 0, DOUBTFUL_FOLDER),
        ("#recycle", 1, "Is called like a bin: 1 image in it is not read. Rename the folder if it is a class."),
        (".trash", 1200, "Is called like a bin: 1,200 images in it are not read. Rename the folder if it is a class."),
    ],
)  # fmt: skip
def test_why_a_folder_is_passed_over_is_said_by_its_kind(name, count, reason):
    assert folder_reason(name, count) == reason


@pytest.mark.parametrize(
    ("name", "called"), [("1.JPG", True), ("._1.jpg", False), (".1.png", True), ("1.txt", False), ("a.tiff.x", False)]
)
def test_an_image_that_is_passed_over_is_known_by_its_name(name, called):
    assert hidden.is_called_image(name) is called


def test_the_other_half_of_a_file_is_no_image_and_what_is_known_is_not_missed():
    assert not hidden.is_suspect("._1.jpg", ("1.jpg",))
    assert hidden.is_suspect("._1.jpg", ("2.jpg",))
    assert not hidden.is_suspect(".DS_Store", ())
    assert hidden.is_suspect(".1.jpg", ())


def put(root, *names, content=b""):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def passed(root, left=1000):
    search = Search(left)
    return list(search.passed_over(list(os.scandir(root)))), search.left


def test_folders_and_files_are_told_in_natural_order_and_only_once(tmp_path):
    put(tmp_path, ".10/1.png", ".9/a/b/2.png", ".git/3.png", ".x/4.txt", ".10.png", ".9.png", ".2.jpg.icloud", "5.png")
    found, left = passed(tmp_path)
    assert found == [
        (".9", HIDDEN_FOLDER), (".10", HIDDEN_FOLDER), (".9.png", hidden.files_reason(2)),
    ]  # fmt: skip
    assert left == 1000 - 1 - 3 - 1  # names in .10, .9 with those below, .x


def test_a_file_whose_name_says_nothing_is_opened_while_there_is_a_budget(tmp_path):
    put(tmp_path, ".a", ".b", content=JPEG)
    put(tmp_path, ".c", content=b"text")
    put(tmp_path, ".d.txt", content=JPEG)
    assert passed(tmp_path) == ([(".a", hidden.files_reason(2))], 940)
    assert passed(tmp_path, 19) == ([(".a", hidden.files_reason(1))], -1)
    assert passed(tmp_path, 20) == ([(".a", hidden.files_reason(2))], -20)


def test_a_folder_that_the_search_did_not_reach_may_hold_images(tmp_path):
    put(tmp_path, ".x/1.txt", ".x/2.txt", ".x/3.txt", ".y/1.txt")
    assert passed(tmp_path, 4) == ([], 0)
    assert passed(tmp_path, 3) == ([(".y", HIDDEN_FOLDER)], -1)


def test_links_in_what_is_passed_over_are_not_followed(tmp_path):
    put(tmp_path, "cat/1.png", "set/.x/1.txt")
    (tmp_path / "set" / ".x" / "in").symlink_to(tmp_path / "cat")
    assert passed(tmp_path / "set")[0] == []


def test_a_folder_that_cannot_be_read_does_not_end_the_search(tmp_path, monkeypatch):
    put(tmp_path, ".x/a/1.png", ".x/b/1.png")
    real, asked = os.scandir, []

    def refuse_second(path):
        asked.append(path)
        if len(asked) == 2:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse_second)
    assert Search().holds_images(tmp_path / ".x")
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("made", "is_own"),
    [
        (("runs/20250102-030405-a/x.png",), True), (("runs/20250102-03040-a/x.png",), False), (("runs/x.png",), False),
        (("copies/a.zip",), True), (("copies/a/manifest.csv",), True), (("copies/a/1.png",), False),
        (("datasets/a/.collection.json", "datasets/b/.unpacked.json"), True),
        (("datasets/a/.collection.json", "datasets/b/1.png"), False),
        ((f"cache/scans/{'0a' * 12}.json",), True), ((f"cache/scans/{'0a' * 11}.json",), False),
        (("features/a/b/x.rows",), True), (("features/a/b/c/x.rows",), False), (("features/x.png",), False),
    ],
)  # fmt: skip
def test_what_this_program_makes_is_known_by_what_it_holds(tmp_path, made, is_own):
    put(tmp_path, *made)
    assert own.is_made_here(tmp_path / made[0].split("/")[0]) is is_own
    assert own.is_workspace(tmp_path) is is_own
