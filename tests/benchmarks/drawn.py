"""A drawn data set: five shapes on busy grounds, as photographs of 500 px, in train/ and val/ class folders.

The same seed draws the same images, each from a random stream of its own, named by seed, class and number.
"""

import colorsys
import math
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIDE = 500  # px
CORNERS = {"triangle": 3, "square": 4, "pentagon": 5, "star": 10, "disc": 60}


def write_images(folder: Path, train: int, val: int, seed: int = 0) -> Path:
    """Write `train` and `val` JPEGs, divided evenly among the classes; returns the folder."""
    for number in range(train + val):
        name = list(CORNERS)[number % len(CORNERS)]
        path = folder / ("train" if number < train else "val") / name / f"{name}-{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(name, Random(f"{seed}/{name}/{number}")).save(path, quality=90)
    return folder


def draw(name: str, random: Random) -> Image.Image:
    """One image: a ground with blobs and grain, and the shape somewhere on it."""
    canvas = Image.new("RGB", (SIDE, SIDE), _colour(random))
    for _ in range(random.randint(8, 20)):
        _shape(canvas, random, CORNERS["disc"], random.uniform(0.05, 0.3) * SIDE, pointed=False)
    canvas = canvas.filter(ImageFilter.GaussianBlur(random.uniform(4, 20)))
    _shape(canvas, random, CORNERS[name], random.uniform(0.12, 0.3) * SIDE, pointed=name == "star")
    grain = Image.frombytes("RGB", (SIDE // 2, SIDE // 2), random.randbytes(3 * (SIDE // 2) ** 2))
    return Image.blend(canvas, grain.resize(canvas.size), random.uniform(0.05, 0.2))


def _shape(canvas: Image.Image, random: Random, corners: int, radius: float, *, pointed: bool) -> None:
    x, y = (random.uniform(radius, SIDE - radius) for _ in range(2))
    turn, squeeze = random.uniform(0, math.tau), random.uniform(0.7, 1.0)
    points = []
    for corner in range(corners):
        reach = radius * (0.45 if pointed and corner % 2 else 1.0)
        angle = turn + math.tau * corner / corners
        points.append((x + reach * math.cos(angle), y + squeeze * reach * math.sin(angle)))
    ImageDraw.Draw(canvas).polygon(points, fill=_colour(random))


def _colour(random: Random) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(random.random(), random.uniform(0.1, 0.9), random.uniform(0.2, 1.0))
    return round(255 * red), round(255 * green), round(255 * blue)
