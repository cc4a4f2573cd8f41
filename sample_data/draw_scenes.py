"""Draw small scenes of several shapes each: a data set whose images have several labels at once.

    python sample_data/draw_scenes.py FOLDER [--count 200] [--seed 0]

The same arguments draw the same images: each has a random stream of its own, named by seed and number. Which shapes an
image shows is dealt evenly, and says nothing about colour, place, size or background.
"""

import argparse
import csv
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SHAPES = ("circle", "cross", "ring", "square", "star", "triangle")
SIDE = 128
_ZOOM = 4  # drawn so much larger, then shrunk: smooth edges
_FEWEST, _MOST = 2, 4
_OVERLAP = 0.25  # of two radii, how far shapes may reach into one another
_TRIES = 200
Point = tuple[float, float]
Spot = tuple[float, float, float]  # x, y, radius, as shares of the side


def draw(count: int, seed: int) -> Iterator[tuple[int, tuple[str, ...], Image.Image]]:
    """Yield (number from 0, names of the shapes in alphabetical order, RGB image of 128 px) for `count` images."""
    for number in range(count):
        yield number, *draw_one(number, seed)


def draw_one(number: int, seed: int) -> tuple[tuple[str, ...], Image.Image]:
    """Image `number` with the names of its shapes; it does not depend on how many others are drawn."""
    random = Random(f"{seed}/{number}")
    names = random.sample(SHAPES, random.randint(_FEWEST, _MOST))
    canvas, shade = _background(random, SIDE * _ZOOM)
    for name, spot in zip(names, _spots(random, len(names)), strict=True):
        _shape(random, canvas, name, spot, shade)
    small = canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return tuple(sorted(names)), small.filter(ImageFilter.GaussianBlur(random.uniform(0.0, 0.5)))


def main() -> None:
    """Write the images as JPEG into `images`, and their labels into `labels.csv`."""
    parser = argparse.ArgumentParser(description="Draw the sample data set of scenes.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    (arguments.folder / "images").mkdir(parents=True, exist_ok=True)
    with (arguments.folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("file", "labels"))
        for number, names, image in draw(arguments.count, arguments.seed):
            image.save(arguments.folder / "images" / f"scene-{number:03d}.jpg", quality=88, optimize=True)
            table.writerow((f"scene-{number:03d}.jpg", "|".join(names)))


def _background(random: Random, side: int) -> tuple[Image.Image, float]:
    """A plain ground, a soft gradient or faint stripes, and how light it is, from 0 to 1."""
    light = random.choice((random.uniform(0.08, 0.3), random.uniform(0.75, 0.97)))
    ground = _colour(random, light, 0.35)
    canvas = Image.new("RGB", (side, side), ground)
    kind = random.choice(("plain", "gradient", "stripes"))
    if kind == "gradient":
        ramp = Image.linear_gradient("L").resize((side, side)).rotate(random.choice((0, 90, 180, 270)))
        canvas = Image.composite(Image.new("RGB", (side, side), _colour(random, light, 0.35)), canvas, ramp)
    if kind == "stripes":
        brush, step = ImageDraw.Draw(canvas), random.randint(side // 16, side // 6)
        tone = tuple(round(value + random.uniform(0.04, 0.1) * (255 * (light < 0.5) - value)) for value in ground)
        for start in range(-side, side, step):
            brush.line((start, 0, start + side, side), fill=tone, width=step // 3)
    return canvas, light


def _spots(random: Random, count: int) -> list[Spot]:
    """Where shapes lie, wholly inside the image and with a little overlap at most."""
    while True:
        spots: list[Spot] = []
        for _ in range(_TRIES):
            radius = random.uniform(0.13, 0.23)
            x, y = (random.uniform(radius, 1 - radius) for _ in range(2))
            if all(math.hypot(x - a, y - b) > (1 - _OVERLAP) * (radius + r) for a, b, r in spots):
                spots.append((x, y, radius))
            if len(spots) == count:
                return spots


def _shape(random: Random, canvas: Image.Image, name: str, spot: Spot, shade: float) -> None:
    """One shape in a colour that stands out from a ground as light as `shade`."""
    x, y, radius = (share * canvas.width for share in spot)
    ink = _colour(random, random.uniform(0.6, 0.95) if shade < 0.5 else random.uniform(0.15, 0.55), 0.9)
    brush, turn = ImageDraw.Draw(canvas), random.uniform(0, 360)
    box = (x - radius, y - radius, x + radius, y + radius)
    if name == "circle":
        brush.ellipse(box, fill=ink)
    elif name == "ring":
        brush.ellipse(box, outline=ink, width=round(radius * random.uniform(0.25, 0.4)))
    else:
        brush.polygon(_placed(_OUTLINES[name](random), turn, radius, (x, y)), fill=ink)


def _cross(random: Random) -> list[Point]:
    arm = random.uniform(0.22, 0.32)
    corner = [(arm, -1.0), (arm, -arm), (1.0, -arm)]
    return [_turned(point, 90 * quarter) for quarter in range(4) for point in corner]


def _star(random: Random) -> list[Point]:
    inner = random.uniform(0.36, 0.46)
    return [_turned((0.0, -1.0 if number % 2 == 0 else -inner), 36 * number) for number in range(10)]


def _regular(corners: int) -> Callable[[Random], list[Point]]:
    return lambda _: [_turned((0.0, -1.0), 360 / corners * number) for number in range(corners)]


_OUTLINES: dict[str, Callable[[Random], list[Point]]] = {
    "cross": _cross, "square": _regular(4), "star": _star, "triangle": _regular(3),
}  # fmt: skip


def _placed(points: Sequence[Point], degrees: float, scale: float, middle: Point) -> list[Point]:
    turned = [_turned(point, degrees) for point in points]
    return [(middle[0] + scale * x, middle[1] + scale * y) for x, y in turned]


def _turned(point: Point, degrees: float) -> Point:
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine


def _colour(random: Random, light: float, strength: float) -> tuple[int, int, int]:
    """A random hue, about as light as `light`; `strength` 0 gives greys."""
    hue = (random.random(), random.random(), random.random())
    mean = sum(hue) / 3
    red, green, blue = (min(1.0, max(0.0, light + strength * (value - mean))) for value in hue)
    return round(255 * red), round(255 * green), round(255 * blue)


if __name__ == "__main__":
    main()
