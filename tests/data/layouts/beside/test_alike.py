"""Classes called like what is kept beside classes: no note where their images are like those of the others."""

import pytest
from PIL import Image, ImageDraw

from core.data.layout import read_layout
from core.data.layouts.beside.alike import looks_ordinary
from tests.data.conftest import encode, smooth


def photos(name, count, first, side=64, change=lambda image: image):
    return {f"{name}/{name[:2]}{first + n}x.png": encode(change(smooth(first + n, side))) for n in range(count)}


def figure(image):
    drawn = Image.new("RGB", image.size, (255, 255, 255))
    ImageDraw.Draw(drawn).line((0, 0, *image.resize((1, 1)).getpixel((0, 0))[:2]), fill=(0, 0, 200), width=2)
    return drawn


def aside(layout):
    return [note.split("'")[1] for note in layout.notes if "read as a class" in note]


@pytest.mark.parametrize(
    "name", ["fig", "Flat", "cropped", "grayscale", "rejected", "rubbish", "trash", "model", "logs", "run", "figures"]
)
@pytest.mark.parametrize("part", ["", "train/"])
def test_an_ordinary_class_like_the_others_has_no_note(folder_of, name, part):
    content = photos("apple", 5, 0) | photos("pear", 7, 20) | photos(name, 4, 40)
    content = {f"{part}{path}": file for path, file in content.items()}
    content |= {f"val/{label}/{n}.png": n for n, label in enumerate(("apple", "pear", name), 70)} if part else {}
    layout = read_layout(folder_of(content))
    assert layout.classes == {"apple", "pear", name}
    assert aside(layout) == []


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("fig", {"change": figure}), ("grayscale", {"change": lambda image: image.convert("L").convert("RGB")}),
        ("cropped", {"side": 24}), ("rubbish", {"side": 160}), ("rejected", {"count": 2}), ("flat", {"count": 15}),
        ("originals", {}), ("Papierkorb", {}), ("resized", {}), ("sample", {}),
    ],
)  # fmt: skip
def test_one_that_differs_or_is_surely_called_otherwise_has(folder_of, name, how):
    content = photos("apple", 5, 0) | photos("pear", 7, 20) | photos(name, **{"count": 6, "first": 40} | how)
    assert aside(read_layout(folder_of(content))) == [name]


def test_images_called_like_those_of_the_others_were_made_of_them(folder_of):
    content = photos("apple", 5, 0) | photos("pear", 7, 20)
    made = {f"cropped/{path.partition('/')[2]}": 60 + n for n, path in enumerate(list(content)[2:9])}
    assert aside(read_layout(folder_of(content | made))) == ["cropped"]
    drawn = {f"{path.partition('/')[0]}s/{n}.png": encode(figure(smooth(n))) for n, path in enumerate(content)}
    drawn |= {f"fig/{n}z.png": encode(figure(smooth(90 + n))) for n in range(5)}  # where all are drawn, so may one be
    assert aside(read_layout(folder_of(drawn, "drawn"))) == []


@pytest.fixture
def ordinary(folder_of):
    """Whether the class 'fig' of these images looks like an ordinary one."""

    def ask(content, *empty):
        root, files = folder_of(content), {name: [] for name in empty}
        for path in content:
            files.setdefault(path.partition("/")[0], []).append(root / path)
        return looks_ordinary("fig", files)

    return ask


@pytest.mark.parametrize(("count", "is_so"), [(2, False), (3, True), (14, True), (15, False)])
def test_a_class_has_between_half_of_the_fewest_and_twice_the_most_images_of_the_others(ordinary, count, is_so):
    content = photos("apple", 5, 0) | photos("pear", 7, 20) | photos("fig", count, 40)
    assert ordinary(content) is is_so
    assert ordinary(content, "empty") is is_so


def test_a_class_is_compared_with_two_others_that_are_surely_classes(ordinary):
    content = photos("apple", 5, 0) | photos("fig", 5, 40)
    assert not ordinary(content | photos("trash", 5, 60))
    assert not ordinary(content, "pear")
    assert ordinary(content | photos("trash", 5, 60) | photos("pear", 5, 20))


@pytest.mark.parametrize(("shared", "is_so"), [(1, True), (2, False)])
def test_fewer_than_half_of_its_names_are_those_of_others(ordinary, shared, is_so):
    names = ["ap0x.png", "pe21x.png"][:shared] + ["fizz.png", "fur.png", "fog.png"][: 4 - shared]
    content = photos("apple", 5, 0) | photos("pear", 5, 20)
    assert ordinary(content | {f"fig/{name}": 50 + n for n, name in enumerate(names)}) is is_so


@pytest.mark.parametrize(
    ("sides", "is_so"), [((30, 120), False), ((64, 160, 160), False), ((64, 160), False), ((64, 100), True)]
)
def test_its_images_are_as_large_as_those_of_one_class_and_of_the_middle_one(ordinary, sides, is_so):
    content = photos("fig", 4, 40)
    for place, side in enumerate(sides):
        content |= photos("xyz"[place], 4, 60 + 10 * place, side=side)
    assert ordinary(content) is is_so


def test_bright_colours_are_not_white(ordinary):
    def red(image):
        return Image.merge("RGB", (Image.new("L", image.size, 255), *image.split()[1:]))

    def white(image):
        return image.point(lambda value: 250 + value % 5)

    content = photos("apple", 5, 0) | photos("pear", 5, 20)
    assert ordinary(content | photos("fig", 5, 40, change=red))
    assert not ordinary(content | photos("fig", 5, 40, change=white))
