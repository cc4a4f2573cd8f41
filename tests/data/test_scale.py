"""One scale for a whole data set: fractions, signed and 32-bit numbers are never scaled by the single image."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.data import scan
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.images import decode
from core.data.scale import common_range, own_range, to_bytes


def tiff(highest, lowest=0, dtype=np.float32, shift=0.0):
    ramp = np.linspace(lowest, highest, 24) + shift
    out = BytesIO()
    Image.fromarray(np.tile(ramp, (12, 1)).astype(dtype)).save(out, "TIFF")
    return out.getvalue()


SETS = {
    "fractions": ({"faint/1.tif": 40, "faint/2.tif": 30, "strong/1.tif": 240, "strong/2.tif": 200}, (0.0, 240.0)),
    "below 1": ({"faint/1.tif": 0.1, "faint/2.tif": 0.2, "strong/1.tif": 0.9, "strong/2.tif": 0.5}, (0.0, 1.0)),
    "far below 1": ({"faint/1.tif": 0.001, "faint/2.tif": 0.002, "strong/1.tif": 0.01, "strong/2.tif": 0.005},
                    (0.0, float(np.float32(0.01)))),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_every_image_of_a_set_has_the_same_scale_and_it_is_said(name, folder_of, read):
    tops, scale = SETS[name]
    dataset = read(folder_of({path: tiff(top) for path, top in tops.items()}))
    assert dataset.value_range == scale
    (note,) = [note for note in dataset.notes if "scale" in note]
    assert "4 images" in note
    assert f"{scale[0]:g} became black and {scale[1]:g} white" in note
    cache = ImageCache(Geometry(12, 12), 1 << 20)
    for item in dataset.items:
        assert abs(int(cache.base(item).max()) - 255 * tops[item.name] / scale[1]) <= 1
        assert item.notes == ()


def test_whole_numbers_without_a_known_white_share_the_scale_and_other_images_keep_theirs(folder_of, read, image_bytes):
    content = {"a/1.tif": tiff(900, -100, np.int32), "a/2.png": image_bytes(3), "b/1.tif": tiff(100, 0, np.int32)}
    dataset = read(folder_of(content | {"b/2.tif": tiff(60_000, 0, np.uint16)}))
    assert dataset.value_range == (-100, 900)
    assert [item.value_range for item in dataset.items] == [(-100, 900), None, (-100, 900), None]
    grey = decode(dataset.items[2].path, dataset.value_range).pixels
    assert (int(grey.min()), int(grey.max())) == (26, 51)


def test_the_scale_follows_the_files_and_nothing_stale_is_recalled(folder_of, read, monkeypatch):
    tops = {"faint/1.tif": 40, "faint/2.tif": 30, "strong/1.tif": 240, "strong/2.tif": 200}
    root = folder_of({path: tiff(top) for path, top in tops.items()})
    before = read(root)
    decoded = []
    whole = scan.decode
    monkeypatch.setattr(scan, "decode", lambda path, scale: decoded.append(path.name) or whole(path, scale))
    assert read(root) == before
    assert decoded == []
    (root / "strong" / "3.tif").write_bytes(tiff(480))
    wider = read(root)
    assert wider.value_range == (0.0, 480.0)
    digests = {item.name: item.digest for item in wider.items}
    assert all(digests[item.name] != item.digest for item in before.items)
    assert wider.fingerprint != before.fingerprint
    (root / "strong" / "3.tif").unlink()
    assert read(root) == before


def test_a_set_of_ordinary_images_has_no_scale(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 2, "dog": 3})))
    assert dataset.value_range is None
    assert dataset.notes == ()


def test_an_image_alone_says_so_unless_it_lies_between_0_and_1():
    assert decode(tiff(0.7)).notes == ()
    alone = decode(tiff(70))
    assert alone.values == (0.0, 70.0)
    assert "by this image alone" in alone.notes[0]
    assert decode(tiff(70), (0.0, 140.0)).notes == ()
    assert int(decode(tiff(70), (0.0, 140.0)).pixels.max()) == 128


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (np.uint8, [0, 7, 255], [0, 7, 255]),
        (np.bool_, [False, True], [0, 255]),
        (np.int8, [-128, 0, 127], [0, 128, 255]),
        (np.uint16, [0, 128, 129, 257, 4095, 65535], [0, 0, 1, 1, 16, 255]),
        (np.int16, [-32768, 0, 500, 1000, 32767], [0, 0, 128, 255, 255]),
        (np.uint32, [0, 500, 2**32 - 1], [0, 128, 255]),
        (np.float64, [-np.inf, np.nan, -1, 250, np.inf], [0, 0, 0, 64, 255]),
    ],
)
def test_numbers_of_every_kind(dtype, values, expected):
    assert to_bytes(np.array(values, dtype), (0.0, 1000.0)).tolist() == expected


def test_the_largest_doubles_and_one_even_value_are_no_obstacle():
    huge = np.array([-1.7e308, 0.0, 1.7e308])
    assert to_bytes(huge, common_range([own_range(huge)])).tolist() == [0, 128, 255]
    assert to_bytes(np.full(3, 9.0), (9.0, 9.0)).tolist() == [0, 0, 0]
    assert own_range(np.full(3, np.nan)) is None


def test_values_beyond_the_scale_of_a_model_are_told():
    near = decode(tiff(1.04), (0.0, 1.0))
    assert near.notes == ()
    beyond = decode(tiff(40.0), (0.0, 8.0))
    assert beyond.notes == ("Its values 0 to 40 lie beyond the scale 0 to 8, and were cut to it.",)
