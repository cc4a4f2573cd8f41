"""What each file of a download and of augmented copies holds, word for word in `said.txt`."""

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.backbones import catalogue
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.data.split import Split
from core.errors import GraftError, UnreadableImage
from core.experiment import BackboneSpec, MultiLabelSpec, PipelineSpec, Step
from core.export import copies
from core.export.bundle import bundle
from core.export.copies import _drawn_steps, trainable, write_copies
from core.export.folders import folder_names
from core.export.labels_table import joined, labels_table
from core.export.reader import requirements
from core.export.script import to_install
from core.export.table import csv_bytes, predictions_csv
from core.model.record import ModelRecord
from core.tasks.decision import Decision
from core.tasks.multilabel.scores import scores as label_scores
from tests.recorded import Recorded
from tests.waiting import drained

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
MANY = ("ant", "b|ee", "{cat}")


def text_of(content):
    """Text with visible ends of lines, without what differs by version and machine."""
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    return re.sub(r"==[\w.+]+", "==VERSION", text.replace("\ufeff", "BOM ").replace("\r\n", "\n"))


@pytest.fixture
def downloaded(ledger, tmp_path, divided):
    """The zip of a run of the ledger, or of one like it, whose weights hold nothing but the record of a model."""
    workspace, (first, *_) = ledger

    def call(run=first, scale=None, **record):
        described = ModelRecord.of(run.experiment, run.classes, scale).changed(**record)
        (workspace.folder(run.id)).mkdir(exist_ok=True)
        weights = workspace.folder(run.id) / "best.safetensors"
        save_file({"nothing": np.zeros(1, np.float32)}, weights, described.to_metadata())
        with zipfile.ZipFile(io.BytesIO(bundle(workspace, run))) as archive:
            assert archive.read("best.safetensors") == weights.read_bytes()
            found = {one.filename: archive.read(one) for one in archive.infolist()}
        return {name: text_of(content).replace(str(divided), "DIVIDED") for name, content in found.items()
                if name != "best.safetensors"}  # fmt: skip

    return call, first


def shown(files):
    """Names of all files and the text of those that are made; what is copied is no text of ours to keep twice."""
    told = []
    for name, text in files.items():
        told.append(f"--- {name}")
        if name == "results.json":
            text = json.dumps(json.loads(text, parse_float=lambda one: float(f"{float(one):.6g}")), indent=2)
        if not name.startswith("graft_reader/"):
            told.append(text)
    return "\n".join(told)


def test_a_download_of_one_class_per_image(downloaded):
    call, _ = downloaded
    files = call(scale=(0.5, 6.0), epoch=1)
    copies = {name: text for name, text in files.items() if name.startswith("graft_reader/")}
    assert [name for name, text in copies.items() if re.search(r"^\s*(from|import) core\b", text, re.MULTILINE)] == []
    assert files["graft_reader/__init__.py"].startswith('"""Copies of the files with which Graft decodes and resizes')
    described = files["experiment.yaml"]
    files["experiment.yaml"] = re.sub(r"fingerprint: \w+", "fingerprint: F", described)
    RECORDED.check("one class per image", shown(files))


def test_a_download_of_several_labels(downloaded):
    call, first = downloaded
    there = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    shares = np.array([[0.9, 0.2, 0.1], [0.8, 0.4, 0.6], [0.3, 0.3, 0.2], [0.85, 0.1, 0.1], [0.7, 0.35, 0.3]])
    card = label_scores(there, shares, (0.5, 0.375, 0.625), classes=MANY).to_record()
    experiment = first.experiment.changed(
        task=MultiLabelSpec(), backbone=BackboneSpec(name="resnet18", image_size=96, crop="weights")
    )
    run = replace(first, id="run-9", name="many {x}", classes=MANY, experiment=experiment, results={"val": card})
    files = call(run, thresholds=(0.5, 0.25, 0.75))
    texts = {name: files[name] for name in ("HOW-TO.txt", "labels.json", "results.json", "predict.py")}
    texts["predict.py"] = "\n".join(line for line in texts["predict.py"].split("\n") if re.search(
        r"^(GEOMETRY|MEAN|VALUE_RANGE|THRESHOLDS)|torchvision|timm|    model = |answer\(predict", line))  # fmt: skip
    RECORDED.check("several labels", shown(texts))
    assert "names" not in files
    other = replace(run, id="run-10", results={})
    RECORDED.check("not evaluated", call(other, thresholds=(0.5, 0.25, 0.75))["HOW-TO.txt"])
    assert "task:" in files["experiment.yaml"], "of the run, where none was written"


def test_no_download_before_the_first_epoch(ledger):
    workspace, (_, second, _) = ledger
    with pytest.raises(GraftError) as refused:
        bundle(workspace, second)
    RECORDED.check("no weights", f"{type(refused.value).__name__}: {refused.value}")


def test_what_must_be_installed():
    names = ("resnet18", "timm/resnet10t", "efficientnet_lite0")
    told = [f"{name}: {text_of(to_install(catalogue.get(name)))}" for name in names]
    RECORDED.check("to install", "\n".join([*told, text_of(" ".join(requirements()))]))


def test_answers_as_a_table():
    answers = [("a.png", (0.1, 0.7, 0.2)), ("=b,\n.png", (0.3333333, 0.3333334, 0.5)), ("c\x1b", (0.0, 0.0, 1.0))]
    told = [predictions_csv(Decision(MANY), answers), predictions_csv(Decision(MANY, (0.3, 0.3, 0.3)), answers)]
    cells = [("a", 1, 0.5), ("=1", "-1", "-x"), ("@x", "+1e3", "1e-3"), ("\ta", "a\tb\r\n", "ａ＝"), ("＝1", "'=1", "")]
    RECORDED.check("tables", "\n".join(map(text_of, [*told, csv_bytes(("=h", "plain", "-1"), cells)])))


def test_labels_as_a_table():
    told = []
    for every, rows in {
        ("a", "b"): [("1.png", ["a", "b"]), ("2.png", ["b"]), ("3.png", [])],
        ("a", "b", "c"): [("1.png", ["a"]), ("2.png", ["b"]), ("3.png", ["c"])],
        ("a|b", "c"): [("1.png", ["a|b", "c"]), ("2.png", ["c"])],
        ("a|b", "c;d", "e,f"): [("1.png", ["a|b", "c;d"]), ("2.png", ["e,f"])],
        ("a/b|;", "c+d&,", "e"): [("1.png", ["a/b|;", "c+d&,"]), ("2.png", ["e"])],
        ("file", "a|;,/+&b"): [("1.png", ["file", "a|;,/+&b"]), ("2.png", ["file"])],
    }.items():
        told += [f"{every}: {joined(rows[0][1], every)}", text_of(labels_table(rows, every))]
    RECORDED.check("tables of labels", "\n".join(told))


STEPS = (
    Step(transform="Rotate", p=1.0, params={"limit": 20}), Step(transform="HorizontalFlip", p=0.5),
    Step(transform="OneOf", p=0.75, options=(Step(transform="Translate"), Step(transform="VerticalFlip"))),
    Step(transform="FDA", p=0.5),
)  # fmt: skip


def copied(dataset, items, out, each=3):
    steps = write_copies(dataset, items, PipelineSpec(steps=STEPS), Geometry(32, 36), seed=5, copies=each, out=out)
    left_out, progress = drained(steps)
    said = [f"{one.what} {one.done}/{one.total}" for one in progress[:2] + progress[-1:]]
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        tables = [text_of(archive.read(name)) for name in names if name.endswith(".csv")]
    return "\n".join([*said, f"left out {left_out}", *names, *tables])


def test_copies_of_one_class_per_image(divided, tmp_path):
    dataset = load_dataset(str(divided), tmp_path)
    gone = replace(dataset.items[2], path=tmp_path / "gone.png")
    text = copied(dataset, (dataset.items[0], gone, dataset.items[17]), tmp_path / "x.zip")
    RECORDED.check("copies of one class per image", text.replace(str(tmp_path), "TMP"))


def test_copies_of_several_labels(divided, tmp_path):
    plain = load_dataset(str(divided), tmp_path)
    items = tuple(
        replace(one, label=-1, labels=labels) for one, labels in zip(plain.items, ((0, 1), (2,), ()), strict=False)
    )
    dataset = Dataset("x", "x", MANY, items, task="multilabel")
    RECORDED.check("copies of several labels", copied(dataset, items, tmp_path / "x.zip", each=2))


def test_what_may_be_copied_and_where_it_lies(tmp_path):
    def item(number, part):
        return Item(Path("x"), f"{number}.png", 0, 8, 8, f"{number}", part=part)

    parts = (None, "train", "val", "test", "train", None, "train")
    items = tuple(item(number, part) for number, part in enumerate(parts))
    split = Split(train=(4, 1, 0), val=(2, 5), test=(3,))
    told = [[one.name for one in trainable(Dataset("x", "x", ("a",), items), split)]]
    told.append(folder_names(["cat", "Cat", "a/b", "..", "ä ö", "x" * 90, "con", "a.", "CON", "dog,1", "-x", "a/b"]))
    told += [_drawn_steps([], PipelineSpec(steps=STEPS), [])]
    for out, made in (("there", "file"), ("there.zip", "file"), ("there", "folder"), ("n", "none")):
        place = tmp_path / made / out
        place.parent.mkdir(exist_ok=True)
        place.write_text("x") if made == "file" else None
        if made == "folder":
            (place / "inner").mkdir(parents=True)
        for each in (0, 100_001):
            told.append(refused(out, place, each, items, tmp_path))
        told.append(refused(out, place, 1, items[:1], tmp_path) if made != "none" else "")
    RECORDED.check("places", "\n".join(map(str, told)))


def test_no_two_classes_share_a_folder():
    assert folder_names(["a-b-2", "a-b", "a/b", "A-B-2"]) == ["a-b-2", "a-b", "a-b-3", "A-B-2-3"]
    assert folder_names(["a-b", "a/b", "a-b-1"]) == ["a-b", "a-b-1", "a-b-1-2"]


def refused(name, place, each, items, root):
    dataset = Dataset("x", "x", ("a",), items)
    try:
        for _ in write_copies(dataset, items, PipelineSpec(), Geometry(32, 36), seed=0, copies=each, out=place):
            pass
    except GraftError as error:
        return f"{name}: {type(error).__name__}: {str(error).replace(str(root), 'TMP')}"
    return f"{name}: written"


def test_results_are_json_for_people(downloaded):
    call, _ = downloaded
    assert json.loads(call()["results.json"])["val"]["n"] == 5


@pytest.mark.parametrize(
    ("count", "seen"), [(1, [0]), (3, [0, 1, 2]), (4, [0, 1, 2, 3]), (7, [0, 1, 2, 3]), (9, [0, 2, 4, 6]), (0, [])]
)
def test_the_size_of_all_follows_from_the_mean_of_four(monkeypatch, count, seen):
    asked = []

    def base(item):
        asked.append(item.label)
        if item.label == 3:
            raise UnreadableImage("It is gone.")
        return np.full((36, 36, 3), 10 * item.label + 10, np.uint8)

    monkeypatch.setattr(copies, "_png", lambda pixels: b"x" * int(pixels[0, 0, 0]))
    items = [Item(Path("x"), "x", number, 8, 8, str(number)) for number in range(count)]
    sizes = [10 * number + 10 for number in seen if number != 3]
    found = copies.estimated_bytes(items, PipelineSpec(), Geometry(32, 36), 5, 3, base)
    assert (asked, found) == (seen, round(sum(sizes) / max(1, len(sizes)) * 3 * count))


def test_a_file_of_one_view_is_a_png():
    content = copies._png(np.zeros((4, 5, 3), np.uint8))
    assert content.startswith(b"\x89PNG")
    assert (copies.LARGEST, copies.MANIFEST, copies.LABELS) == (100_000, "manifest.csv", "labels.csv")
