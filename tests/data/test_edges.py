"""Images and collections at the edges of what is allowed, and what is said beyond."""

import os

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from core.data import collection, images
from core.data.collection import add_class, add_images, create, import_zip, list_collections
from core.data.decoding.decoded import check_size, plain
from core.data.geometry import Geometry
from core.data.images import decode, resize, resized_shape
from core.data.look import look_alike_masks, look_of
from core.data.sources import load_dataset, other_readings
from core.data.text_files import head, keys, list_in, named_texts_in, texts_in
from core.errors import DatasetNotFound, InvalidInput, UnreadableImage, UnusableDataset
from tests.data.zip_files import zip_of


@pytest.mark.parametrize(
    ("width", "height", "most", "says"),
    [
        (8, 20_000, 160_000, None), (8, 20_000, 159_999, "It has too many pixels (8 x 20000 px)"),
        (20_001, 8, 10**9, "Each side must be between 8 and 20000 px"), (7, 9, 10**9, "It is 7 x 9 px. Each side"),
        (0, 9, 10**9, "its header says 0 x 9 px"), (9, -1, 10**9, "its header says 9 x -1 px"),
    ],
)  # fmt: skip
def test_sizes_are_refused_beyond_their_bounds(width, height, most, says):
    if says is None:
        check_size(width, height, most)
        return
    with pytest.raises(UnreadableImage) as refused:
        check_size(width, height, most)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("words", "shown"),
    [("a\n b\x1b[1m. ", "a b [1m"), ("123", "no reason is known"), ("", "no reason is known"), ("x" * 170, "x" * 160),
     ("4 of 5", "4 of 5")],
)  # fmt: skip
def test_a_librarys_own_words_are_one_short_line(words, shown):
    assert plain(words) == shown


def test_a_file_may_be_as_large_as_allowed(monkeypatch, tmp_path, image_bytes):
    content = image_bytes(1)
    (tmp_path / "a.png").write_bytes(content)
    monkeypatch.setattr(images, "MAX_FILE_BYTES", len(content))
    assert (decode(tmp_path / "a.png").pixels == decode(content).pixels).all()
    monkeypatch.setattr(images, "MAX_FILE_BYTES", len(content) - 1)
    for given in (content, tmp_path / "a.png"):
        with pytest.raises(UnreadableImage, match=r"The file takes .* At most .* are allowed"):
            decode(given)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableImage, match="not a regular file"):
        decode(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "There is not enough memory to decode it. Make the image smaller."),
        (Image.DecompressionBombError("x"), "too many pixels (more than twice Pillow's limit)"),
        (UnidentifiedImageError("x"), "damaged (its header cannot be read)"),
        (KeyError("x"), "damaged (its structure makes no sense)"), (ValueError("Bad thing."), "damaged (Bad thing)"),
        (OSError("Unsupported BMP"), "It is an uncommon kind of PNG (Unsupported BMP), which cannot be used here."),
        (NotImplementedError("x"), "It is an uncommon kind of PNG (x)"), (EOFError(""), "(no reason is known)"),
    ],
)  # fmt: skip
def test_what_a_decoder_raises_is_said_by_its_kind(monkeypatch, image_bytes, error, says):
    def failing(*_):
        raise error

    monkeypatch.setitem(images._READERS, "PNG", failing)
    with pytest.raises(UnreadableImage) as refused:
        decode(image_bytes(1))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(100, 50, (72, 144)), (50, 100, (144, 72)), (33, 35, (76, 72)), (10, 40, (288, 72)), (10, 41, (288, 72)),
     (500, 16, (72, 288)), (72, 72, (72, 72))],
)  # fmt: skip
def test_the_shape_is_known_before_an_image_is_resized(width, height, shape):
    geometry = Geometry(64, 72, "bilinear")
    assert resized_shape(width, height, geometry) == shape
    assert resize(np.zeros((height, width, 3), np.uint8), geometry).shape == (*shape, 3)


def test_a_long_strip_is_cut_to_its_middle_and_one_of_four_to_one_is_not():
    strip = np.zeros((10, 60, 3), np.uint8)
    strip[:, 10], strip[:, 49], strip[:, 9], strip[:, 50] = 1, 2, 3, 4
    wide, tall = resize(strip, Geometry(10, 10, "nearest")), resize(strip.swapaxes(0, 1), Geometry(10, 10, "nearest"))
    assert (wide[5, [0, -1], 0].tolist(), wide.shape) == ([1, 2], (10, 40, 3))
    assert (tall[[0, -1], 5, 0].tolist(), tall.shape) == ([1, 2], (40, 10, 3))
    whole = resize(strip[:, 9:49], Geometry(10, 10, "nearest"))
    assert whole[5, [0, -1], 0].tolist() == [3, 0]


def test_an_upload_may_be_as_large_as_allowed(tmp_path, image_bytes, monkeypatch):
    one, two = image_bytes(1), image_bytes(2)
    folder = create(tmp_path, "Pets")
    monkeypatch.setattr(collection, "MAX_UPLOAD_BYTES", len(one) + len(two))
    monkeypatch.setattr(collection, "MAX_IMAGES", 3)
    assert add_images(folder, "cat", [("1.png", one), ("2.png", two)]) == []
    with pytest.raises(InvalidInput, match="The images take"):
        add_images(folder, "cat", [("1.png", one), ("2.png", two + b"x")])
    assert add_images(folder, "dog", [("1.png", one)]) == []
    with pytest.raises(InvalidInput, match="holds at most 3 images"):
        add_images(folder, "dog", [("2.png", two)])
    content = zip_of([("cat/1.png", one)])
    monkeypatch.setattr(collection, "MAX_UPLOAD_BYTES", len(content))
    assert [one.editable for one in list_collections(tmp_path)] == [True]
    import_zip(tmp_path, "More", content)
    assert [(one.name, one.editable) for one in list_collections(tmp_path)] == [("More", False), ("Pets", True)]
    monkeypatch.setattr(collection, "MAX_UPLOAD_BYTES", len(content) - 1)
    with pytest.raises(InvalidInput, match="The zip takes"):
        import_zip(tmp_path, "Most", content)


def test_names_of_collections_and_classes_have_1_to_1000_characters(tmp_path):
    folder = create(tmp_path, "x" * 1000)
    assert add_class(folder, " " + "y" * 1000).name == add_class(folder, "y" * 1000).name
    for name, wrong in (("", "is empty"), ("x" * 1001, "has 1001 characters")):
        with pytest.raises(InvalidInput, match=f"The class's name {wrong}. Type a name of 1 to 1000"):
            add_class(folder, name)
        with pytest.raises(InvalidInput, match=f"The collection's name {wrong}|The data set's name {wrong}"):
            create(tmp_path, name)


def test_a_source_is_named_in_the_users_own_words(tmp_path, image_bytes):
    with pytest.raises(DatasetNotFound, match=r"No data set was named"):
        load_dataset("  ", tmp_path)
    (tmp_path / "labels.CSV").write_text("a,b")
    with pytest.raises(UnusableDataset, match="is a single text file"):
        load_dataset(str(tmp_path / "labels.CSV"), tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DatasetNotFound, match="is neither a folder nor a file"):
        load_dataset(str(tmp_path / "pipe"), tmp_path)
    assert other_readings("sample:stamps", tmp_path) == ()
    for number in range(3):
        content = [(f"{label}/1.png", image_bytes(n)) for n, label in enumerate(("cat", "dog"))]
        (tmp_path / f"set-00{number}.zip").write_bytes(zip_of([*content, ("z.txt", b"%d" % number)]))
    dataset = load_dataset(f" {tmp_path / 'set-001.zip'} ", tmp_path / "workspace")
    assert (dataset.name, dataset.source) == ("set-001", str(tmp_path / "set-001.zip"))
    assert dataset.notes[0].startswith(
        "set-001.zip is one of several numbered zips; 'set-000.zip' and 'set-002.zip' beside it are not read."
    )


def drawn(values, side=70):
    """Areas of so many grey values beside one another."""
    return np.repeat((np.arange(side) * values // side)[None, :, None], side, 0).repeat(3, 2).astype(np.uint8)


def test_up_to_64_values_in_areas_are_flat_and_more_or_scattered_ones_are_not():
    assert look_of(drawn(1)) == "plain"
    assert [look_of(drawn(values, 700)) for values in (2, 64)] == ["flat", "flat"]
    scattered = (100 * np.random.default_rng(1).integers(0, 3, (60, 70, 1))).repeat(3, 2).astype(np.uint8)
    assert look_of(scattered) == ""
    assert look_of(np.minimum(scattered, 100)) == "flat"  # two values, however they lie


def test_images_of_a_folder_are_masks_where_four_of_five_looked_at_are_flat(tmp_path, image_bytes):
    paths = []
    for number, kind in enumerate("ffffp"):
        path = tmp_path / f"{number}.png"
        Image.fromarray(drawn(3)).save(path) if kind == "f" else path.write_bytes(image_bytes(number))
        paths.append(path)
    assert look_alike_masks(paths) is True
    assert look_alike_masks([*paths[2:], tmp_path / "gone.png"]) is False
    assert look_alike_masks([tmp_path / "gone.png"]) is None
    Image.fromarray(drawn(1)).save(tmp_path / "plain.png")
    assert look_alike_masks([tmp_path / "plain.png"]) is None
    assert look_alike_masks([tmp_path / "plain.png", paths[0]]) is True


@pytest.mark.parametrize(
    ("kinds", "masks"),
    [("fffpf", True), ("fpffp", False), ("ffffpp", True), ("pffff", True), ("fpfpfpfpfpf", True),
     ("pfpfpfpfff", False)],
)  # fmt: skip
def test_five_images_evenly_from_the_first_are_looked_at(tmp_path, image_bytes, kinds, masks):
    Image.fromarray(drawn(3)).save(tmp_path / "f.png")
    (tmp_path / "p.png").write_bytes(image_bytes(1))
    assert look_alike_masks([tmp_path / f"{kind}.png" for kind in kinds]) is masks


def test_of_a_long_text_the_beginning_and_the_end_are_looked_at(tmp_path):
    path = tmp_path / "long.json"
    path.write_text('{"first": 1' + " " * 70_000 + '"middle": 2' + " " * 70_000 + '"last" : 3}')
    assert head(path).startswith('{"first"')
    assert head(path, end=True).endswith('"last" : 3}')
    assert (len(head(path)), len(head(path, end=True))) == (65_536, 65_536)
    assert keys(path) == {"first", "last"}
    assert head(tmp_path / "gone") == ""
    assert (list_in([1]), list_in("a"), texts_in(["a", 1]), texts_in("a")) == ([1], [], ["a"], [])
    assert (named_texts_in({"a": "b", "c": 1}), named_texts_in(["a"])) == ({"a": "b"}, {})


def test_an_image_of_sixty_megabytes_is_read(tmp_path):
    path = tmp_path / "large.ppm"
    path.write_bytes(b"P6 4500 4500 255\n" + bytes([40]) * (4500 * 4500 * 3))
    assert images.decode(path).pixels.shape == (4500, 4500, 3)
