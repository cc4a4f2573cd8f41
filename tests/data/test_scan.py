"""What is remembered of files, and what makes them be read again; what names a data set."""

import os
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import scan
from core.data.dataset import Dataset
from core.data.layout import Found
from core.data.scale import Finer, common_range
from tests.uneven import CLASSES, TEST, TRAIN, VAL, make_divided


@pytest.fixture
def decoded(monkeypatch):
    """Names of the files that are decoded, since this was cleared."""
    names, real = [], scan.decode
    monkeypatch.setattr(scan, "decode", lambda path, scale: names.append(path.name) or real(path, scale))
    return names


@pytest.fixture
def root(tmp_path):
    """Images whose files all have the same size, whatever they show."""
    for name, count in (("cat", 3), ("dog", 2)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for n in range(count):
            Image.new("RGB", (8, 8), (40 * n, 10, 200)).save(tmp_path / "set" / name / f"{name}{n}.bmp")
    return tmp_path / "set"


def test_an_unchanged_file_is_read_once(root, read, decoded):
    first = read(root)
    assert len(decoded) == 5
    decoded.clear()
    assert read(root) == first
    assert decoded == []


def test_a_file_of_the_same_size_and_another_time_is_read_again_alone(root, read, decoded):
    before = read(root)
    decoded.clear()
    path = root / "cat" / "cat1.bmp"
    size = path.stat().st_size
    Image.new("RGB", (8, 8), (7, 250, 7)).save(path)
    assert path.stat().st_size == size
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    after = read(root)
    assert decoded == ["cat1.bmp"]
    assert [a.digest == b.digest for a, b in zip(before.items, after.items, strict=True)] == [1, 0, 1, 1, 1]


def test_a_file_of_the_same_time_and_another_size_is_read_again_alone(root, read, decoded):
    read(root)
    decoded.clear()
    path = root / "dog" / "dog0.bmp"
    stamp = path.stat().st_mtime_ns
    Image.new("RGB", (9, 8), (7, 250, 7)).save(path)
    os.utime(path, ns=(stamp, stamp))
    assert read(root).items[3].width == 9
    assert decoded == ["dog0.bmp"]


def test_what_is_remembered_is_of_its_own_file(root, read, decoded):
    before = {item.name: item for item in read(root).items}
    decoded.clear()
    (root / "cat" / "cat0.bmp").rename(root / "cat" / "zz.bmp")
    (root / "dog" / "dog1.bmp").unlink()
    after = {item.name: item for item in read(root).items}
    assert decoded == ["zz.bmp"], "a name is a part of what is remembered"
    assert after["cat/zz.bmp"].digest == before["cat/cat0.bmp"].digest
    assert set(after) == {"cat/cat1.bmp", "cat/cat2.bmp", "cat/zz.bmp", "dog/dog0.bmp"}
    assert all(after[name] == before[name] for name in after if name in before)
    decoded.clear()
    assert len(read(root).items) == 4
    assert decoded == []


def test_what_was_decoded_before_an_interruption_is_not_decoded_again(root, read, decoded, monkeypatch):
    monkeypatch.setattr(scan, "_THREADS", 1)

    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(root, progress=interrupt)
    before = set(decoded)
    decoded.clear()
    assert len(read(root).items) == 5
    assert len(decoded) <= 2, "the three that were told are kept"
    assert len(before | set(decoded)) == 5


def test_progress_goes_from_what_is_known_to_all(root, read):
    progress_calls = []
    read(root, progress=lambda done, total: progress_calls.append((done, total)))
    assert progress_calls == [(n, 5) for n in range(6)]
    progress_calls.clear()
    read(root, progress=lambda done, total: progress_calls.append((done, total)))
    assert progress_calls == [(5, 5)]


def test_even_images_of_other_shapes_are_not_the_same_image(read, tmp_path):
    for name, size in (("cat/1.png", (9, 16)), ("cat/2.png", (16, 9)), ("dog/1.png", (12, 12)), ("dog/2.png", (9, 16))):
        (tmp_path / "even" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (90, 90, 90)).save(tmp_path / "even" / name)
    one, turned, square, same = (item.digest for item in read(tmp_path / "even").items)
    assert len({one, turned, square}) == 3
    assert same == one


@pytest.fixture
def weather(tmp_path, read):
    return read(make_divided(tmp_path / "weather"))


def test_a_divided_folder_comes_with_its_parts_and_classes(weather):
    assert weather.classes == CLASSES
    assert weather.counts == {"cold": 9, "mild": 7, "warm": 7}
    parts = [item.part for item in weather.items]
    assert {part: parts.count(part) for part in ("train", "val", "test")} == {"train": TRAIN, "val": VAL, "test": TEST}
    assert all(item.name.split("/")[:2] == [item.part, CLASSES[item.label]] for item in weather.items)


def changed(dataset: Dataset, at: int, **parts) -> Dataset:
    items = list(dataset.items)
    items[at] = replace(items[at], **parts)
    return replace(dataset, items=tuple(items))


@pytest.mark.parametrize("at", [0, 22])
def test_the_fingerprint_is_of_images_labels_and_parts(weather, at):
    item = weather.items[at]
    others = [
        changed(weather, at, part=next(part for part in ("train", "val") if part != item.part)),
        changed(weather, at, part=None),
        changed(weather, at, label=(item.label + 1) % 3),
        changed(weather, at, digest="0" * 64),
        replace(weather, classes=("cold", "mild", "hot")),
        replace(weather, items=weather.items[1:]),
        replace(weather, items=(*weather.items, item)),
    ]
    assert weather.fingerprint not in {other.fingerprint for other in others}
    assert len({other.fingerprint for other in others}) == len(others)


def test_the_fingerprint_is_not_of_names_places_and_order(weather, tmp_path):
    same = [
        replace(weather, items=weather.items[::-1]), replace(weather, name="other", source="elsewhere", notes=("x",)),
        changed(weather, 0, name="z.png", path=tmp_path / "z.png", notes=("note",)),
    ]  # fmt: skip
    assert {one.fingerprint for one in same} == {weather.fingerprint}


def test_what_was_decoded_by_another_library_is_not_used_again():
    """Each library that pixels go through is named in the version of what the scan keeps."""
    called = {"PIL": "pillow", "pillow_heif": "pillow-heif"}
    folder = Path(scan.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in (*folder.glob("decoding/*.py"), folder / "images.py"))
    found = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    decoders = {called.get(name, name) for name in found & {*called, "simplejpeg", "tifffile", "imagecodecs", "cv2"}}
    assert decoders == set(scan._DECODERS)
    assert all(f"{name} {version(name)}" in scan._VERSION for name in decoders)


def test_pixels_are_handed_on_once_and_as_they_will_be_used(tmp_path):
    """An image that needs the scale of all is not handed on before that is known."""
    numbers = {"a": np.uint8([[9] * 9] * 8), "b": np.float32([[0, 40] * 4] * 8), "c": np.float32([[0, 90] * 4] * 8)}
    found = []
    for name, values in numbers.items():
        Image.fromarray(values).save(tmp_path / f"{name}.tif")
        found.append(Found(tmp_path / f"{name}.tif", f"{name}.tif", "x", None))
    kept = []
    outcomes = scan.scan(found, tmp_path, tmp_path, keep=lambda *image: kept.append(image)).outcomes
    assert sorted(digest for digest, _ in kept) == sorted(one.digest for one in outcomes)
    assert [one.scaled for one in outcomes] == [None, (0, 90), (0, 90)]
    assert {digest: int(pixels.max()) for digest, pixels in kept} == {
        one.digest: most for one, most in zip(outcomes, (9, 113, 255), strict=True)
    }
    kept.clear()
    assert scan.scan(found, tmp_path, tmp_path, keep=lambda *image: kept.append(image)).outcomes == outcomes
    assert kept == []


@pytest.mark.parametrize("other", ["0", "zz", ""])
def test_what_was_remembered_by_another_version_older_or_newer_is_not_used(root, read, decoded, tmp_path, other):
    before = read(root)
    (cache,) = (tmp_path / "workspace").rglob(f"{scan.SCANS}/*.json")
    cache.write_text(cache.read_text(encoding="utf-8").replace(scan._VERSION, other, 1), encoding="utf-8")
    decoded.clear()
    assert read(root) == before
    assert len(decoded) == 5


def extreme(low, high, *, bulk):
    return Finer("x", (low, high), bulk)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"a": (-50, 9), "b": (0, 60), "c": (0, 30)}, "because of 'b' and 1 more, with the value 60."),
        ({"a": (-50, 9), "b": (0, 60), "c": (0, 29)}, "because of 'b', with the value 60."),
        ({"a": (-60, 9), "b": (0, 50), "c": (-30, 2)}, "because of 'a' and 1 more, with the value -60."),
        ({"a": (-60, 9), "b": (0, 50), "c": (-29, 2)}, "because of 'a', with the value -60."),
        ({"a": (-60, 9), "b": (0, 60), "c": (0, 2)}, "because of 'b', with the value 60."),  # as far both ways
    ],
)
def test_the_extreme_farther_from_the_usual_is_named_and_those_at_least_half_as_far_are_counted(numbers, said):
    found = [(name, extreme(*ends, bulk=(0, 0))) for name, ends in numbers.items()]
    scale = common_range(one.values for _, one in found)
    assert said in scan._extreme_notes(found, scale)[0]
