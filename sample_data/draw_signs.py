"""Draw small signs whose classes an augmentation destroys: arrows by a flip or a turn, traffic lights by a hue shift.

    python sample_data/draw_signs.py FOLDER [--per-class 40] [--seed 0]

The same arguments draw the same images: each image has its own random stream, seeded by seed, class and number.
Only the intended feature depends on the class: colours, position, size, plate and lamp positions are drawn the same
way for every class.
"""

import argparse
import colorsys
import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

ARROWS = {"up": 0.0, "turn-right": 90.0, "down": 180.0, "turn-left": 270.0}  # degrees clockwise from up
LIGHTS = {"red-light": (-9.0, 9.0), "green-light": (112.0, 145.0)}  # hue in degrees
CLASSES = (*ARROWS, *LIGHTS)
_ZOOM = 3  # draw larger by this factor, then shrink: smooth edges
Colour = tuple[int, int, int]
Point = tuple[float, float]


def draw(per_class: int, seed: int) -> Iterator[tuple[str, int, Image.Image]]:
    """Yield (class name, number from 0, RGB image of 96 to 128 px) for `per_class` images of each class."""
    for name in CLASSES:
        for number in range(per_class):
            yield name, number, draw_one(name, number, seed)


def draw_one(name: str, number: int, seed: int) -> Image.Image:
    """Image `number` of class `name`, independent of how many others are drawn."""
    random = Random(f"{seed}/{name}/{number}")
    side = random.randint(96, 128)
    canvas = _background(random, side * _ZOOM)
    _arrow(random, canvas, ARROWS[name]) if name in ARROWS else _light(random, canvas, LIGHTS[name])
    small = canvas.resize((side, side), Image.Resampling.LANCZOS)
    blurred = small.filter(ImageFilter.GaussianBlur(random.uniform(0.0, 0.8)))
    return _with_noise(random, blurred)


def main() -> None:
    """Write the images as JPEG files into one folder per class."""
    parser = argparse.ArgumentParser(description="Draw the sample data set of signs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-class", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for name, number, image in draw(arguments.per_class, arguments.seed):
        path = arguments.folder / name / f"{name}-{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, quality=85, optimize=True)


def _background(random: Random, side: int) -> Image.Image:
    """A soft gradient between two colours with a few faint blobs: sky, walls, leaves out of focus."""
    hues = [_colour(random.uniform(0, 360), random.uniform(0.05, 0.45), random.uniform(0.35, 0.95)) for _ in range(2)]
    ramp = Image.linear_gradient("L").resize((side, side)).rotate(random.choice((0, 90, 180, 270)))
    canvas = Image.composite(Image.new("RGB", (side, side), hues[0]), Image.new("RGB", (side, side), hues[1]), ramp)
    blobs = canvas.copy()
    brush = ImageDraw.Draw(blobs)
    for _ in range(random.randint(2, 6)):
        x, y, radius = random.uniform(0, side), random.uniform(0, side), random.uniform(0.08, 0.3) * side
        shade = _colour(random.uniform(0, 360), random.uniform(0.05, 0.5), random.uniform(0.3, 0.95))
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
    return Image.blend(canvas, blobs.filter(ImageFilter.GaussianBlur(side * 0.04)), 0.55)


def _arrow(random: Random, canvas: Image.Image, direction: float) -> None:
    """A plate with an arrow pointing `direction` ± 12 degrees clockwise from up."""
    side = canvas.width
    radius, centre = _position(random, side)
    plate, ink = _contrasting(random)
    brush = ImageDraw.Draw(canvas)
    box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    rim = max(1, round(radius * random.uniform(0.03, 0.1)))
    if random.random() < 0.5:
        brush.ellipse(box, fill=plate, outline=ink, width=rim)
    else:
        brush.rounded_rectangle(box, radius * 0.2, fill=plate, outline=ink, width=rim)
    shaft, barb, neck = random.uniform(0.09, 0.2), random.uniform(0.3, 0.46), random.uniform(-0.15, 0.1)
    length = random.uniform(0.55, 0.68)
    outline = ((0, -length), (barb, neck), (shaft, neck), (shaft, length), (-shaft, length), (-shaft, neck),
               (-barb, neck))  # fmt: skip
    brush.polygon(_rotated(outline, direction + random.uniform(-12, 12), radius, centre), fill=ink)


def _light(random: Random, canvas: Image.Image, hues: tuple[float, float]) -> None:
    """A dark housing with three lamps, one of them lit at random, so that only the hue depends on the class."""
    side = canvas.width
    radius, centre = _position(random, side)
    angle = random.uniform(-12, 12)
    half, lamp = random.uniform(0.38, 0.48), random.uniform(0.2, 0.26)
    brush = ImageDraw.Draw(canvas)
    housing = _colour(random.uniform(0, 360), random.uniform(0.0, 0.25), random.uniform(0.08, 0.28))
    brush.polygon(_rotated(((-half, -1), (half, -1), (half, 1), (-half, 1)), angle, radius, centre), fill=housing)
    lit = random.randrange(3)
    glow = _colour(random.uniform(*hues), random.uniform(0.8, 1.0), random.uniform(0.8, 1.0))
    dark = random.uniform(0.12, 0.22)
    for position, offset in enumerate((-0.62, 0.0, 0.62)):
        ((x, y),) = _rotated(((0, offset),), angle, radius, centre)
        margin = lamp * radius
        off = (round(255 * dark),) * 3
        brush.ellipse((x - margin, y - margin, x + margin, y + margin), fill=glow if position == lit else off)


def _position(random: Random, side: int) -> tuple[float, Point]:
    """Radius and centre of a sign that lies completely inside the image."""
    radius = random.uniform(0.27, 0.42) * side
    margin = side / 2 - radius
    return radius, (side / 2 + random.uniform(-margin, margin), side / 2 + random.uniform(-margin, margin))


def _rotated(points: tuple[Point, ...], degrees: float, scale: float, centre: Point) -> list[Point]:
    """Points of a shape of radius 1, rotated clockwise, scaled and moved."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return [
        (centre[0] + scale * (x * cosine - y * sine), centre[1] + scale * (x * sine + y * cosine)) for x, y in points
    ]


def _contrasting(random: Random) -> tuple[Colour, Colour]:
    """A dark and a light colour in random order: plate, ink."""
    dark = _colour(random.uniform(0, 360), random.uniform(0.3, 1.0), random.uniform(0.1, 0.4))
    light = _colour(random.uniform(0, 360), random.uniform(0.0, 0.35), random.uniform(0.88, 1.0))
    return (dark, light) if random.random() < 0.5 else (light, dark)


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 360 / 360, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def _with_noise(random: Random, image: Image.Image) -> Image.Image:
    """Add noise from this image's own stream; Pillow's noise effect draws from a process-wide one."""
    noise = Image.frombytes("RGB", image.size, random.randbytes(3 * image.width * image.height))
    return Image.blend(image, noise, random.uniform(0.0, 0.08))


if __name__ == "__main__":
    main()
