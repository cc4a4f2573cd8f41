"""What is passed over though it holds images is named, from a folder and from a zip; known leftovers are not."""

import pytest

from core.data.layout import read_layout
from core.data.leftovers import hidden
from core.data.leftovers.hidden import DOUBTFUL_FOLDER, HIDDEN_FOLDER, Search, files_reason
from core.data.zips.unpack import unpack
from core.errors import UnreadableArchive
from tests.data.zip_files import zip_of

CATS = ("cat/1.png", "cat/2.png", "cat/3.png", "dog/1.png", "dog/2.png")
JPEG = b"\xff\xd8\xff\xe0"
APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00"


@pytest.fixture(params=["folder", "zip"])
def read(request, tmp_path, image_bytes):
    """`read({path: content})`: the layout of cats, dogs and these files, from a folder or from a zip."""

    def make(more):
        files = {name: image_bytes(number) for number, name in enumerate(CATS)} | dict(more)
        if request.param == "zip":
            unpack(zip_of(files.items()), tmp_path / "set")
        else:
            for name, content in files.items():
                (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / "set" / name).write_bytes(content)
        return read_layout(tmp_path / "set")

    return make


def told(layout):
    return {one.name: one.reason for one in layout.left_out}


def test_hidden_folders_with_images_are_named_once_each(read):
    layout = read({
        ".22 LR/1.png": b"", ".22 LR/2.png": b"", "cat/.etc/in/3": JPEG, ".notes/a.txt": b"words", ".x/y/z.csv": b"1",
        ".22 LR/.git/9.png": b"",
    })  # fmt: skip
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert told(layout) == {".22 LR": HIDDEN_FOLDER, "cat/.etc": HIDDEN_FOLDER}


def test_hidden_images_of_a_folder_are_named_in_one_line(read):
    layout = read({
        "cat/.10.JPG": b"", "cat/.9.jpg": b"", "cat/.photo": JPEG, "dog/.1.webp": b"", "cat/.nothing": b"text",
        "cat/.settings.json": JPEG,
    })  # fmt: skip
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert told(layout) == {"cat/.9.jpg": files_reason(3), "dog/.1.webp": files_reason(1)}
    assert "so do the names of 2 more images" in files_reason(3)
    assert "1 more image in" in files_reason(2)


@pytest.mark.parametrize(
    "name",
    [
        ".Trash-1000/files/1.png", ".Trashes/501/1.png", ".git/1.png", ".ipynb_checkpoints/1-checkpoint.png",
        ".thumbnails/1.png", "cat/.@__thumb/1.png", ".cache/1.png", ".dropbox.cache/1.png", ".picasaoriginals/1.png",
        "cat/.trashed-1700000000-1.jpg", "cat/.pending-1700000000-1.jpg", "cat/.syncthing.1.jpg.tmp",
        "cat/.~tmp~/1.jpg", ".stversions/1.jpg", ".venv/1.png", ".Recycle.Bin/cat/1.png", ".mypy_cache/1.png",
        ".tmp.driveupload/1.png", ".TemporaryItems/1.png", "@eaDir/1.png", "#recycle/cat/1.png",
        "$RECYCLE.BIN/S-1-5-18/$RABCDEF.png", "__MACOSX/cat/._9.png",
    ],
)  # fmt: skip
def test_known_leftovers_are_ignored(read, name):
    layout = read({name: JPEG})
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert layout.left_out == []


@pytest.mark.parametrize(
    "name", [".trash", ".Trash", "#recycle", "@Recycle", ".recycle", ".Trash-1000", "$RECYCLE.BIN", "cat/.trash"]
)
def test_images_right_in_a_bin_are_told_with_their_number(read, name):
    layout = read(
        {f"{name}/{number}.png": JPEG for number in range(4)} | {f"{name}/notes.txt": b"x", f"{name}/in/5.png": JPEG}
    )
    assert layout.classes == {"cat", "dog"}
    assert told(layout) == {
        name: "Is called like a bin: 4 images in it are not read. Rename the folder if it is a class."
    }


@pytest.mark.parametrize(
    "content",
    [
        ("#recycle/desktop.ini", "#recycle/1.png"), ("@Recycle/.@__thumb/1.png", "@Recycle/1.png"),
        ("$RECYCLE.BIN/$RABCDEF.png", "$RECYCLE.BIN/$IABCDEF.png"), (".Trash/files/1.png", ".Trash/info/1.trashinfo"),
        (".thumbnails/1.png",), (".cache/1.png",), (".trash/a.txt",), ("#recycle/cat/1.png", "#recycle/dog/2.png"),
    ],
)  # fmt: skip
def test_a_bin_with_marks_of_its_system_is_a_leftover(read, content):
    layout = read(dict.fromkeys(content, JPEG))
    assert layout.classes == {"cat", "dog"}
    assert layout.left_out == []


def test_what_macos_writes_beside_a_file_is_no_image_and_an_image_of_such_a_name_is_one(read):
    layout = read({"cat/._1.png": APPLE, "cat/._gone.png": APPLE, "dog/._own.jpg": JPEG, "._5 mm/1.png": JPEG})
    assert told(layout) == {"dog/._own.jpg": files_reason(1), "._5 mm": HIDDEN_FOLDER}


@pytest.mark.parametrize("name", ["Recycled", "recycler", "RECYCLER", "Temporary Items"])
def test_a_class_called_like_a_bin_is_a_class(read, name):
    layout = read({f"{name}/{number}.png": JPEG for number in range(4)} | {f"{name}/desktop.ini": b"[x]"})
    assert {label: [one.label for one in layout.found].count(label) for label in layout.classes} == {
        "cat": 3, "dog": 2, name: 4,
    }  # fmt: skip
    assert layout.left_out == []


@pytest.mark.parametrize(
    "name",
    [
        "RECYCLER/S-1-5-21-7/Dc1.png", "Recycled/INFO2", "cat/recycled/info2", "RECYCLED/desktop.ini",
        "Temporary Items/folders.501/x.png",
    ],
)  # fmt: skip
def test_a_bin_is_none(read, name):
    layout = read({name: JPEG, f"{name.rpartition('/')[0]}/desktop.ini": b"[x]"})
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert layout.left_out == []


def test_a_bin_of_an_old_disk_is_known_by_its_names(read):
    layout = read({"RECYCLED/desktop.ini": b"[x]", "RECYCLED/Dc1.png": JPEG, "RECYCLED/De17.png": JPEG})
    assert layout.classes == {"cat", "dog"}


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("lost+found", "#1047"), ("Lost+Found", "#12/a.png"), ("LOST.DIR", "1234"), ("found.002", "FILE0001.CHK"),
        ("#recycle 2", "desktop.ini"), ("@tmp", "@eaDir/SYNO.png"),
    ],
)  # fmt: skip
def test_what_may_be_a_class_is_silent_only_with_what_systems_put_there(tmp_path, name, system):
    for path in (*CATS, f"{name}/{system}"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(JPEG)
    assert told(read_layout(tmp_path)) == {}
    if name[0] not in "#@":  # those also hold what they were given
        (tmp_path / name / "IMG_7.png").touch()
        assert told(read_layout(tmp_path)) == {name: DOUBTFUL_FOLDER}
    assert read_layout(tmp_path).classes == {"cat", "dog"}


def test_tags_called_like_folders_of_a_nas_are_named(read):
    layout = read({"#recycle/1.png": JPEG, "#reuse/1.png": JPEG, "~snapshot 2/1.png": JPEG, "@tmp/1.png": JPEG})
    one = "Is called like a bin: 1 image in it is not read. Rename the folder if it is a class."
    assert told(layout) == {"#recycle": one, "~snapshot 2": DOUBTFUL_FOLDER}
    assert layout.classes == {"cat", "dog", "#reuse"}


@pytest.mark.parametrize(
    ("beside", "said"), [("#reuse", True), ("reuse", False), ("@reuse", False), ("#recycle (1)", False)]
)
def test_a_bin_is_a_tag_beside_other_tags(read, beside, said):
    layout = read({"#recycle/in/1.png": JPEG, f"{beside}/notes.txt": b"x"})
    assert told(layout) == ({"#recycle": DOUBTFUL_FOLDER} if said else {})


@pytest.mark.parametrize(("count", "images"), [(1, "1 image in it is"), (2, "2 images in it are"), (0, "")])
def test_a_bin_is_told_by_the_images_right_in_it(read, count, images):
    layout = read({f".recycled/{number}.png": JPEG for number in range(count)} | {".recycled/in/1.png": JPEG})
    said = f"Is called like a bin: {images} not read. Rename the folder if it is a class."
    assert told(layout) == {".recycled": said if count else HIDDEN_FOLDER}


def test_the_other_half_of_a_file_is_none_whatever_it_holds(read):
    layout = read({"cat/._1.png": JPEG, "cat/._7.png": JPEG, ".x/._1.png": JPEG, ".y/._1.png": APPLE})
    assert told(layout) == {"cat/._7.png": files_reason(1), ".x": HIDDEN_FOLDER}


def test_images_by_name_are_found_without_opening_another_file(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(hidden, "_starts_as_image", lambda entry: opened.append(entry.name))
    for name in (*(f"a{number}" for number in range(9)), "m.png", *(f"z{number}" for number in range(9))):
        (tmp_path / name).write_bytes(b"text")
    search = Search()
    before = search.left
    assert search.holds_images(tmp_path)
    assert (opened, before - search.left) == ([], 19)
    (tmp_path / "m.png").unlink()
    assert not search.holds_images(tmp_path)
    assert (len(opened), before - search.left) == (18, 19 + 18 + 18 * 20)


def test_prices_are_no_files_of_an_office(read):
    layout = read({"~$5/1.png": JPEG, "cat/~$9.png": JPEG, "cat/~$list.csv": b"file,label"})
    assert layout.summary == "3 classes: cat 4, dog 2, ~$5 1"
    assert layout.left_out == []


def test_hidden_folders_that_links_lead_into_are_used_and_not_named(tmp_path):
    for name in (".store/cat/1.png", ".store/dog/1.png", ".other/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in ("cat", "dog"):
        (tmp_path / name).symlink_to(tmp_path / ".store" / name)
    layout = read_layout(tmp_path)
    assert layout.summary == "2 classes: cat 1, dog 1"
    assert told(layout) == {".other": HIDDEN_FOLDER}


def test_the_search_is_bounded_and_what_was_not_seen_is_named(tmp_path, monkeypatch):
    for name in (*CATS, *(f".a/{number}" for number in range(30)), ".b/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"text")
    assert told(read_layout(tmp_path)) == {}
    monkeypatch.setattr(hidden, "_OPENING", 5000)
    opened = []
    monkeypatch.setattr(hidden, "_starts_as_image", lambda entry: opened.append(entry))
    assert told(read_layout(tmp_path)) == {".a": HIDDEN_FOLDER, ".b": HIDDEN_FOLDER}
    assert len(opened) < 6


def test_a_zip_of_nothing_but_hidden_folders_says_so(tmp_path):
    with pytest.raises(UnreadableArchive, match=r"has no images that can be used. \.all: Is hidden"):
        unpack(zip_of([(".all/cat/1.png", JPEG), (".all/dog/1.png", JPEG)]), tmp_path / "set")
