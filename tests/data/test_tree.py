"""Links, junk of disks and systems, and this program's own folders; FAULTS, "Names and text"."""

import os

import pytest

from core.data import tree
from core.data.layout import read_layout
from core.data.leftovers import junk
from core.data.tree import read_tree
from core.errors import UnusableDataset


@pytest.fixture
def images(tmp_path):
    """A folder with three cats and two dogs."""
    root = tmp_path / "set"
    for path in ("cat/1.png", "cat/2.png", "cat/3.png", "dog/1.png", "dog/2.png"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def told(layout):
    return {one.name: one.reason for one in layout.left_out}


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir", "#recycle", "#snapshot", "$RECYCLE.BIN", "~snapshot", "@appstore", "1.jpg@SynoEAStream",
        "Config.Msi", "System Volume Information", "__MACOSX", ".Trashes", ".Trash-1000", ".ipynb_checkpoints",
        "__pycache__", ".AppleDouble", ".thumbnails", ".git", ".venv", "node_modules", "@Recently-Snapshot",
        "Network Trash Folder", ".@__thumb", ".cache", ".dropbox.cache", ".picasaoriginals", ".syncthing.x.tmp",
        ".Spotlight-V100", ".recycle", ".tmp-run",
    ],
)  # fmt: skip
def test_leftovers_are_ignored_at_any_depth(images, name):
    for place in (images / name / "in", images / "cat" / name / "deeper"):
        place.mkdir(parents=True)
        (place / "9.png").touch()
    layout = read_layout(images)
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert layout.left_out == []


@pytest.mark.parametrize(
    "name", ["Thumbs.db", "desktop.ini", "._1.png", ".DS_Store", "Icon\r", "ehthumbs.db", ".picasa.ini", "~$list.csv"]
)
def test_files_of_systems_are_ignored(images, name):
    (images / "cat" / name).touch()
    (images / name).touch()
    assert read_layout(images).left_out == []


@pytest.mark.parametrize("name", ["$RECYCLE.BIN (1)", "#recycle-2", "@eaDir copy", "System Volume Information (2)"])
def test_copies_of_what_disks_leave_are_junk(name):
    assert junk.is_junk(name)


@pytest.mark.parametrize(
    "name",
    [
        "cat", "recycle", "thumbs", "icon", "snapshot", "tmp", "runs", "cache", "lost", "Recycled", "RECYCLER",
        "Temporary Items", "~$5", "~$5.jpg", "@home", "#1", "~x", "$cheap",
    ],
)  # fmt: skip
def test_what_a_class_may_be_called_is_no_junk(name):
    assert not junk.is_junk(name)


def test_no_workspace_is_a_class(images):
    for place in ("workspace", "cat/other"):
        (images / place / "runs").mkdir(parents=True)
        (images / place / "graft.db").touch()
        (images / place / "runs" / "x.png").touch()
    (images / "in use").mkdir()
    (images / "in use" / "x.png").touch()
    (images / "env").mkdir()
    (images / "env" / "pyvenv.cfg").touch()
    assert read_layout(images, workspace=images / "in use").summary == "2 classes: cat 3, dog 2"
    assert "in use" in read_layout(images).classes


def test_a_workspace_that_is_the_data_folder(images):
    (images / "graft.db").touch()
    for own in ("runs", "cache", "datasets"):
        (images / own).mkdir()
        (images / own / "x.png").touch()
    assert read_layout(images).classes == {"cat", "dog"}


def test_a_workspace_alone_is_no_data_set(tmp_path):
    (tmp_path / "graft.db").touch()
    with pytest.raises(UnusableDataset, match=r"is a workspace of this program"):
        read_layout(tmp_path)


def test_links_inside_are_followed(images):
    (images / "emu").symlink_to("dog")  # relative, as `ln -s` makes them
    (images / "cat" / "4.png").symlink_to(images / "dog" / "1.png")
    layout = read_layout(images)
    assert layout.summary == "3 classes: cat 4, dog 2, emu 2"
    assert layout.left_out == []


def test_class_folders_that_are_links_into_a_store(tmp_path):
    root = tmp_path / "set"
    for name, count in (("cat", 3), ("dog", 2)):
        (root / "store" / name).mkdir(parents=True)
        (root / name).symlink_to(root / "store" / name)
        for number in range(count):
            (root / "store" / name / f"{number}.png").touch()
    layout = read_layout(root)
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert told(layout) == {"store": "Its files are used where links to them lie."}


@pytest.mark.parametrize("empty", [False, True])
def test_class_folders_of_links_into_a_store_whatever_else_is_empty(tmp_path, empty):
    root = tmp_path / "set"
    (root / "store").mkdir(parents=True)
    for name, count in (("cat", 3), ("dog", 2)):
        (root / name / "more" / "none").mkdir(parents=True) if empty else (root / name).mkdir()
        for number in range(count):
            (root / "store" / f"{name}{number}.png").write_bytes(b"x")
            (root / name / f"{number}.png").symlink_to(root / "store" / f"{name}{number}.png")
    layout = read_layout(root)
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert told(layout) == {"store": "Its files are used where links to them lie."}


def test_links_that_lead_out_are_named_with_the_next_step(images, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "9.png").touch()
    (images / "emu").symlink_to(tmp_path / "out")
    (images / "cat" / "9.png").symlink_to(tmp_path / "out" / "9.png")
    (images / "cat" / "gone.png").symlink_to(images / "nowhere")
    layout = read_layout(images)
    assert layout.summary == "2 classes: cat 3, dog 2"
    assert set(told(layout)) == {"emu", "cat/9.png", "cat/gone.png"}
    assert f"to {tmp_path / 'out'}. Choose a data folder that holds both" in told(layout)["emu"]
    assert "which is not there" in told(layout)["cat/gone.png"]


def test_a_set_of_nothing_but_links_that_lead_out(images, tmp_path):
    (tmp_path / "links").mkdir()
    for name in ("cat", "dog"):
        (tmp_path / "links" / name).symlink_to(images / name)
    with pytest.raises(UnusableDataset, match=r"cat: Is a link that leads out of the data folder"):
        read_layout(tmp_path / "links")


def test_circles_end(images):
    (images / "cat" / "up").symlink_to(images)
    (images / "cat" / "self").symlink_to(images / "cat" / "self")
    (images / "dog" / "cats").symlink_to(images / "cat")
    (images / "cat" / "dogs").symlink_to(images / "dog")
    layout = read_layout(images)
    assert layout.classes == {"cat", "dog"}
    assert {"cat/up", "cat/self"} <= set(told(layout))


@pytest.mark.parametrize(("depth", "reasons"), [(40, []), (41, ["Lies more than 40 folders deep."])])
def test_a_folder_is_at_most_forty_folders_deep(images, depth, reasons):
    deep = images / "/".join(["d"] * depth)
    deep.mkdir(parents=True)
    (deep / "x.png").touch()
    assert [item.reason for item in tree.read_tree(images).left_out] == reasons


def test_a_folder_of_any_depth(images):
    deep = images / "cat" / "/".join("d" * 60)
    deep.mkdir(parents=True)
    (deep / "x.png").touch()
    assert any(f"more than {tree.MAX_DEPTH} folders deep" in reason for reason in told(read_layout(images)).values())


def test_too_many_files_are_refused(images, monkeypatch):
    monkeypatch.setattr(tree, "MAX_FILES", 7)  # two folders and five images
    assert read_tree(images).top.image_count == 5
    monkeypatch.setattr(tree, "MAX_FILES", 6)
    with pytest.raises(UnusableDataset, match="holds more than 6 files"):
        read_tree(images)


def test_an_image_without_an_ending_is_an_image(images):
    (images / "cat" / "photo").write_bytes(b"\xff\xd8\xff\xe0")
    (images / "cat" / "note").write_bytes(b"text")
    os.mkfifo(images / "cat" / "pipe")
    top = read_tree(images).top
    assert [path.name for path in top.folders[0].images] == ["1.png", "2.png", "3.png", "photo"]


def test_images_that_were_moved_to_icloud_are_named(images):
    (images / "cat/.9.heic.icloud").touch()
    assert told(read_layout(images)) == {"cat/.9.heic.icloud": junk.IN_CLOUD}


@pytest.mark.parametrize("name", ["MVI_0001.THM", "a.lrv", "b.jpg.part", "c.crdownload", "d.tmp", "e.jpg.bak", "f.AAE"])
def test_what_lies_beside_images_is_none_of_a_class_whatever_it_holds(folder_of, name):
    root = folder_of({f"cat/{name}": 1, "cat/1.jpg": 2, "cat/part": 3, "cat/x.tmp.png": 4})
    tree = read_tree(root)
    assert sorted(path.name for path in tree.top.every_file()) == ["1.jpg", "part", "x.tmp.png"]
    (left,) = tree.left_out
    assert left.name == f"cat/{name}"
    assert left.reason


@pytest.mark.parametrize(
    ("repository", "inner", "used"),
    [("datasets--u--pets", "", 5), ("datasets--u--pets", "/train", 5), ("pets", "", 0)],
)
def test_links_of_a_snapshot_lead_to_the_files_of_its_download(folder_of, repository, inner, used):
    hashes = [f"{n:064x}" for n in range(5)]
    root = folder_of({f"{repository}/blobs/{name}": n for n, name in enumerate(hashes)} | {"secret/1.png": 70})
    for n, name in enumerate(hashes):
        link = root / repository / "snapshots" / "abc" / "train" / ("cat" if n < 3 else "dog") / f"{n}.png"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../../../blobs/{name}")
    (link.parent / "out.png").symlink_to(root / "secret" / "1.png")
    found = read_tree(root / repository / "snapshots" / f"abc{inner}")
    assert len(list(found.top.every_image())) == used
    assert [one.name.rpartition("/")[2] for one in found.left_out if "leads out" in one.reason][-1] == "out.png"
    if used:
        whole = read_tree(root / repository).top
        assert len(list(whole.every_image())) == used
        assert [folder.name for folder in whole.full] == ["snapshots"]
