"""Classes called like what is kept beside classes: no note where their images are like those of the others."""

import pytest
from PIL import Image, ImageDraw

from core.data.layout import read_layout
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
