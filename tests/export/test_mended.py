"""A data set with its edits, as files."""

from dataclasses import replace

from core.data.sources import load_dataset
from core.export.mended import write_mended
from tests.conftest import make_images
from tests.uneven import make_divided
from tests.waiting import drained


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_parts_stay_parts(tmp_path):
    dataset = load_dataset(str(make_divided(tmp_path / "own")), tmp_path / "workspace")
    left_out, told = drained(write_mended(dataset, tmp_path / "out"))
    assert left_out == []
    again = load_dataset(str(tmp_path / "out"), tmp_path / "workspace")
    assert again.fingerprint == dataset.fingerprint
    assert [one.done for one in told] == list(range(len(dataset.items)))


def test_images_with_several_labels_lie_beside_a_table(tmp_path):
    dataset = load_dataset(str(make_images(tmp_path / "own")), tmp_path / "workspace")
    items = tuple(
        replace(item, label=-1, labels=(0, 1) if number % 3 == 0 else (number % 2,))
        for number, item in enumerate(dataset.items)
    )
    several = replace(dataset, task="multilabel", items=items)
    drained(write_mended(several, tmp_path / "out"))
    assert "labels.csv" in files(tmp_path / "out")
    again = load_dataset(str(tmp_path / "out"), tmp_path / "workspace")
    assert again.several
    assert sorted((item.digest, item.labels) for item in again.items) == sorted(
        (item.digest, item.labels) for item in items
    )


def test_what_is_gone_is_named_and_the_others_are_copied(tmp_path):
    dataset = load_dataset(str(make_images(tmp_path / "own")), tmp_path / "workspace")
    dataset.items[3].path.unlink()
    left_out, _ = drained(write_mended(dataset, tmp_path / "out"))
    assert left_out == [f"{dataset.items[3].name}: No such file or directory"]
    assert len(files(tmp_path / "out")) == len(dataset.items) - 1


def test_names_that_no_file_system_may_have_are_plain(tmp_path):
    dataset = load_dataset(str(make_images(tmp_path / "own")), tmp_path / "workspace")
    named = [replace(item, name=f"cold/{name}") for item, name in zip(dataset.items, ("CON.png", "a?b.PNG", "Ärger.png",
             "ärger.png"), strict=False)]  # fmt: skip
    drained(write_mended(replace(dataset, items=tuple(named)), tmp_path / "out"))
    assert [name.split("/")[1] for name in files(tmp_path / "out")] == [
        "a-b.png",
        "x-con.png",
        "Ärger.png",
        "ärger-2.png",
    ]
