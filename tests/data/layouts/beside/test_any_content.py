"""Files beside images come from any program or hand: whatever they hold, a folder is read or refused with a reason."""

import copy
import json

import pytest

from core.data import layout
from core.data.layout import read_layout
from core.data.zips.unpack import MANIFEST
from core.errors import GraftError

_COCO = {
    "images": [{"id": 1, "file_name": "a1.jpg"}],
    "annotations": [{"bbox": [1, 2, 3, 4], "image_id": 1, "segmentation": [[1, 2]]}],
    "categories": [{"id": 1, "name": "Fuchs"}],
}
_LABELME = {"shapes": [{"points": [[1, 2]], "label": "x"}], "flags": {"a": True}, "imagePath": "a1.jpg"}
_FILES = {
    "annotations": {
        "coco.json": _COCO, "cat/a1.json": _LABELME, "cat/a2.json": _LABELME, "cat/a3.json": _LABELME,
        "createml.json": [{"image": "a1.jpg", "annotations": [{"label": "x", "coordinates": {"x": 1, "y": 2}}]}],
        "via.json": {"a1.jpg": {"filename": "a1.jpg", "size": 3, "regions": [{"shape_attributes": {}}]}},
        "studio.json": [{"data": {"image": "a1.jpg"}, "annotations": [{"value": {"rectanglelabels": ["a"]}}]}],
        "out.manifest": {"source-ref": "s3://a/a1.jpg", "x": {"annotations": [{"class_id": 0, "left": 1, "top": 2}]}},
    },
    "rows": {
        "metadata.jsonl": {"file_name": "cat/a1.jpg", "label": "x", "objects": {"bbox": [[1, 2, 3, 4]], "ids": [1]}},
        "boxes.ndjson": {"image": "cat/a2.jpg", "prefix": "detect", "suffix": "<loc0001> cat"},
    },
    "labels": {"classes.json": {"cat": "Katze", "dog": "Hund"}},
    "manifest": {
        MANIFEST: {"left_out": [["a", "b"]], "labels": {"cat": "Katze"}, "names": {"cat": "Katze"}, "notes": ["n"]}
    },
}  # fmt: skip
_VALUES = (7, None, "x", [], {}, [7])
_IMAGES = {"cat": ["a1.jpg", "a2.jpg", "a3.jpg"], "dog": ["b1.jpg", "b2.jpg"]}
_READ = ["coco.json", "labels.csv", "metadata.jsonl", "a.xml", "train.txt", "classes.json", "data.yaml", "cat/a1.txt",
         "cat/a2.txt", "cat/a3.txt", "dog/b1.pts", "list.tsv", MANIFEST]  # fmt: skip


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _with(value, path, new):
    if not path:
        return new
    made = at = copy.deepcopy(value)
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return made


def _read(root):
    try:
        return read_layout(root)
    except GraftError:  # with a reason
        return None


@pytest.mark.parametrize("kind", _FILES)
def test_any_value_in_any_place_of_json_is_borne(tree, kind):
    files, root = _FILES[kind], tree(_IMAGES)
    ways = {name: list(_places(value)) for name, value in files.items()}
    for number in range(max(map(len, ways.values()))):
        for value in _VALUES:
            for name, places in ways.items():
                made = _with(files[name], places[number % len(places)], value)
                (root / name).write_text(json.dumps(made), encoding="utf-8")
            _read(root)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"\x80\x81<a>{", b"\0" * 40, b"[" * 3000, b"\xef\xbb\xbf{}"])
def test_any_bytes_are_borne(tree, content):
    read = _read(tree(_IMAGES | dict.fromkeys(_READ, content)))
    assert read is None or read.classes >= {"cat", "dog"}


@pytest.mark.parametrize("gone", [True, False])
def test_files_that_vanish_or_cannot_be_read_are_borne(tree, monkeypatch, gone):
    """They are there when the folder is listed."""
    coco = json.dumps(_COCO)
    root = tree(_IMAGES | dict.fromkeys(_READ, coco))
    before = layout.read_tree

    def listed_and_gone(*arguments):
        found = before(*arguments)
        for name in _READ:
            (root / name).unlink()
            if not gone:
                (root / name).mkdir()  # not even an administrator can read it as a file
        return found

    monkeypatch.setattr(layout, "read_tree", listed_and_gone)
    read = _read(root)
    assert read is not None
    assert read.classes == {"cat", "dog"}


def test_what_is_of_the_expected_kind_is_still_said(read):
    notes = " ".join(read(_IMAGES | {"coco.json": json.dumps(_COCO)}).notes)
    assert "'coco.json' is a COCO export for 'Fuchs' with boxes" in notes
    odd = read(_IMAGES | {"coco.json": json.dumps(_COCO | {"categories": 7})})
    assert "'coco.json' is a COCO export with boxes" in " ".join(odd.notes)
    manifest = {"left_out": [["a", "b"], [7]], "labels": {"cat": "Katze", "dog": 7}, "notes": ["From afar.", {}]}
    told = read(_IMAGES | {MANIFEST: json.dumps(manifest)})
    assert told.classes == {"Katze", "dog"}
    assert [one.name for one in told.left_out] == ["a"]
    assert "From afar." in told.notes
