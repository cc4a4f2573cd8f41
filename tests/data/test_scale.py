"""One scale for a whole data set: fractions, signed and 32-bit numbers are never scaled by the single image."""

from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image

from core.data import scan
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.images import decode
from core.data.near.copies import exact_reasons
from core.data.scale import (
    DIM,
    MISSING,
    Finer,
    beyond_notes,
    common_range,
    dim_notes,
    fills_little,
    finer,
    little_notes,
    missing_notes,
    to_bytes,
)


def tiff(highest, lowest=0, dtype=np.float32, shift=0.0):
    ramp = np.linspace(lowest, highest, 24) + shift
    out = BytesIO()
    Image.fromarray(np.tile(ramp, (12, 1)).astype(dtype)).save(out, "TIFF")
    return out.getvalue()


SETS = {
    "fractions": ({"faint/1.tif": 40, "faint/2.tif": 30, "strong/1.tif": 240, "strong/2.tif": 200}, (0.0, 240.0)),
    "below 1": ({"faint/1.tif": 0.12, "faint/2.tif": 0.2, "strong/1.tif": 0.9, "strong/2.tif": 0.5}, (0.0, 1.0)),
    "far below 1": ({"faint/1.tif": 0.0012, "faint/2.tif": 0.002, "strong/1.tif": 0.01, "strong/2.tif": 0.005},
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
    huge = np.array([-9e29, 0.0, 9e29])
    assert to_bytes(huge, common_range([finer(huge).values])).tolist() == [0, 128, 255]
    assert to_bytes(np.full(3, 9.0), (9.0, 9.0)).tolist() == [0, 0, 0]
    assert finer(np.full(3, np.nan)).values is None


def test_values_beyond_the_scale_of_a_model_are_told():
    near = decode(tiff(1.04), (0.0, 1.0))
    assert near.notes == ()
    beyond = decode(tiff(40.0), (0.0, 8.0))
    assert beyond.notes == ("Its values 0 to 40 lie beyond the scale 0 to 8, and were cut to it.",)


SEEN = "hardly anything can be seen there"


def hot(value, top=900.0, at=5, dtype=np.float32):
    """A ramp with one pixel of another value."""
    numbers = np.tile(np.linspace(20, top, 24), (12, 1)).astype(dtype)
    numbers[3, at] = value
    out = BytesIO()
    Image.fromarray(numbers).save(out, "TIFF")
    return out.getvalue()


@pytest.mark.parametrize("mark", [-3.4028235e38, 3.4028235e38, -1e30, 1e32])
def test_fractions_of_1e30_and_beyond_are_missing_as_nan_is(folder_of, read, mark):
    content = {"a/1.tif": tiff(40), "a/2.tif": hot(mark), "b/1.tif": tiff(700), "b/2.tif": tiff(640)}
    dataset = read(folder_of(content))
    assert dataset.value_range == (0.0, 900.0)
    assert [one.notes for one in dataset.items] == [(), (MISSING,), (), ()]
    missing, nan = (decode(hot(value), (0.0, 900.0)) for value in (mark, np.nan))
    assert (missing.pixels == nan.pixels).all()
    assert (int(missing.pixels[3, 5, 0]), nan.notes) == (0, ())
    assert read(folder_of(content)).items == dataset.items  # recalled


@pytest.mark.parametrize("value", [-9e29, 9e29])
def test_smaller_fractions_are_values(value):
    assert MISSING not in decode(hot(value)).notes
    assert finer(np.array([value, 1.0])).values == tuple(sorted((value, 1.0)))


@pytest.mark.parametrize(
    ("value", "dtype", "at", "said"),
    [
        (1e6, np.float32, 5, "because of 'b/2.tif', with the value 1e+06."),
        (-9999, np.float32, 5, "because of 'b/2.tif', with the value -9999."),
        (2_000_000, np.int32, 7, "because of 'b/2.tif', with the value 2e+06."),
        (12_000, np.float64, 0, "because of 'b/2.tif', with the value 12000."),
    ],
)
def test_a_value_that_leaves_nothing_of_the_images_is_told_with_its_file(folder_of, read, value, dtype, at, said):
    tops = {"a/1.tif": 40, "a/2.tif": 30, "b/1.tif": 700}
    content = {name: tiff(top, dtype=dtype) for name, top in tops.items()}
    dataset = read(folder_of(content | {"b/2.tif": hot(value, at=at, dtype=dtype)}))
    (note,) = [note for note in dataset.notes if SEEN in note]
    assert note.startswith("4 images fill less than a tenth of this scale")
    assert said in note
    assert all(item.notes == () for item in dataset.items)  # it is said once, of the set


def test_several_files_with_such_values_are_counted_and_the_rest_of_the_set_is_too(folder_of, read):
    content = {f"a/{n}.tif": hot(9e5 + n if n < 3 else 600, 600 + n) for n in range(5)}
    dataset = read(folder_of(content | {"b/1.tif": tiff(700), "b/2.tif": tiff(500)}))
    (note,) = [note for note in dataset.notes if SEEN in note]
    assert note.startswith("7 images")
    assert "because of 'a/2.tif' and 2 more, with the value 900002." in note


def test_a_mark_that_fills_a_good_part_of_some_images_is_the_value_that_is_named(folder_of, read):
    """As in elevation models: half of the files hold -9999 at their rims, the others NaN."""
    content = {}
    for n in range(6):
        values = np.tile(np.linspace(300 + n, 500 + n, 24, dtype=np.float32), (12, 1))
        values[:3] = -9999 if n < 3 else np.nan
        out = BytesIO()
        tifffile.imwrite(out, values)
        content[f"{'ab'[n % 2]}/{n}.tif"] = out.getvalue()
    (note,) = [note for note in read(folder_of(content)).notes if SEEN in note]
    assert note.startswith("3 images fill")
    assert "and 2 more, with the value -9999." in note


def test_a_set_whose_images_use_the_scale_is_not_told_and_one_even_image_is_none(folder_of, read):
    content = {"a/1.tif": tiff(120), "a/2.tif": tiff(7, 7), "b/1.tif": hot(1100), "b/2.tif": tiff(700)}
    assert not any(SEEN in note for note in read(folder_of(content)).notes)


def test_images_that_only_the_scale_makes_equal_are_not_called_equal(folder_of, read):
    spoilt = {"a/1.tif": tiff(40, 3), "a/2.tif": tiff(31, 3), "b/1.tif": tiff(52, 3), "b/2.tif": hot(1e6, 60)}
    dataset = read(folder_of(spoilt | {"b/3.tif": tiff(40, 3)}))
    reasons = exact_reasons(dataset)
    assert [item.name for item in dataset.items][:5] == ["a/1.tif", "a/2.tif", "b/1.tif", "b/2.tif", "b/3.tif"]
    assert sorted(reasons) == [0, 1, 2, 4]
    assert reasons[0].startswith("The same image, pixel by pixel, lies in the classes 'a' and 'b' (also as b/3.tif)")
    assert reasons[1].startswith("An image that looks the same in 256 grey levels lies in the classes 'a' and 'b'")


def test_copies_of_one_class_that_only_the_scale_makes_equal_are_not_called_equal(folder_of, read):
    within = read(folder_of({"a/1.tif": tiff(40, 3), "a/2.tif": tiff(31, 3), "b/1.tif": hot(1e6)}))
    assert exact_reasons(within)[1].startswith("Shows what looks the same in 256 grey levels as a/1.tif")


def test_16_bits_that_differ_below_8_are_not_called_equal(folder_of, read):
    values = np.tile(np.linspace(200, 60_000, 24), (12, 1)).astype(np.uint16)
    files = {}
    for name, shift in (("a/1.png", 0), ("b/1.png", 1), ("b/2.png", 0)):
        out = BytesIO()
        Image.fromarray((values // 257 * 257 + shift).astype(np.uint16)).save(out, "PNG")
        files[name] = out.getvalue()
    reasons = exact_reasons(read(folder_of(files)))
    assert reasons[0].startswith("The same image, pixel by pixel,")
    assert reasons[1].startswith("An image that looks the same in 256 grey levels")


def test_an_image_in_another_unit_than_the_scale_is_told():
    (note,) = decode(tiff(1.0), (-1000.0, 2000.0)).notes
    assert note.startswith(
        "Its values 0 to 1 fill less than a tenth of the scale -1000 to 2000, so that hardly anything"
    )
    assert decode(tiff(310.0), (-1000.0, 2000.0)).notes == ()
    assert decode(tiff(5.0, 5.0), (-1000.0, 2000.0)).notes == ()  # one even value in any unit
    assert decode(tiff(1.0)).notes == ()


@pytest.mark.parametrize(
    ("ranges", "scale"),
    [
        ([(0.0, 0.25)], (0, 1)), ([(0.0, 0.249)], (0.0, 0.249)), ([(0.3, 1.0), None], (0, 1)),
        ([(0.0, 1.001)], (0.0, 1.001)), ([(-0.001, 1.0)], (-0.001, 1.0)), ([(3.0, 4.0), (-2.0, 1.0)], (-2.0, 4.0)),
        ([None], None), ([], None),
    ],
)  # fmt: skip
def test_a_set_between_0_and_1_of_which_one_reaches_a_quarter_is_scaled_from_0_to_1(ranges, scale):
    assert common_range(ranges) == scale


@pytest.mark.parametrize(
    ("own", "told"),
    [((0, 10), False), ((-0.5, 10), False), ((-0.51, 10), True), ((0, 10.5), False), ((0, 10.51), True)],
)
def test_values_up_to_a_twentieth_beyond_the_scale_are_cut_in_silence(own, told):
    note = (f"Its values {own[0]:g} to {own[1]:g} lie beyond the scale 0 to 10, and were cut to it.",)
    assert beyond_notes(own, (0.0, 10.0)) == (note if told else ())
    assert beyond_notes(own, None) == beyond_notes(None, (0.0, 10.0)) == ()


def test_what_fills_less_than_a_tenth_of_the_scale_is_told_by_the_bulk_of_its_values():
    for bulk, little in (((2.0, 2.99), True), ((2.0, 3.01), False), ((-0.5, 0.51), False)):
        assert fills_little(Finer("", (0.0, 9.0), bulk), (0.0, 10.0)) is little
    assert not fills_little(Finer("", (2.0, 2.0), (2.0, 2.0)), (0.0, 10.0))
    assert not fills_little(Finer("", (2.0, 2.5), (2.0, 2.5)), None)
    assert little_notes(Finer("", (0.0, 9.0), (2.0, 2.5)), (0.0, 10.0))[0].startswith("Its values 0 to 9 fill less")
    assert little_notes(None, (0.0, 10.0)) == little_notes(Finer(""), (0.0, 10.0)) == ()


def test_the_bulk_of_values_leaves_half_a_per_cent_at_either_end():
    values = np.arange(1001, dtype=np.int32)
    found = finer(values)
    assert (found.values, found.bulk, found.varies) == ((0.0, 1000.0), (5.0, 995.0), True)
    assert finer(np.full(9, 4.0)).varies is False
    assert (finer(values.astype(np.uint16)).values, finer(values.astype(np.uint16)).bulk) == (None, None)
    assert finer(values.astype(np.uint8)) is None
    assert finer(np.array([1, 2], np.uint16)).digest != finer(np.array([[1, 2]], np.uint16)).digest
    assert finer(np.array([1, 2], np.uint16)).digest != finer(np.array([1, 2], np.int16)).digest
    half = np.array([1.0, 60_000.0], np.float16)
    assert (finer(half).values, missing_notes(half)) == ((1.0, 60_000.0), ())


@pytest.mark.parametrize(
    ("top", "dtype", "dim"),
    [(8191, np.uint16, True), (8192, np.uint16, False), (0, np.uint16, False), (9, np.uint8, False),
     (9, np.int16, False), (9, np.uint32, False)],
)  # fmt: skip
def test_only_sixteen_bits_that_end_below_an_eighth_are_dim(top, dtype, dim):
    assert dim_notes(np.array([0, top], dtype)) == ((DIM,) if dim else ())
