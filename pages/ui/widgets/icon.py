"""The image in the browser's tab, drawn here: an icon by name would be fetched from a server elsewhere."""

from PIL import Image, ImageDraw

GREEN = "#0f8a7e"
_SCALE = 4  # drawn larger and scaled down, so that edges are smooth


def tab_icon(side: int = 64) -> Image.Image:
    """A sprout with two leaves on a clear ground."""
    size = side * _SCALE
    image = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(image)
    unit = size / 32
    draw.line([(16 * unit, 30 * unit), (16 * unit, 13 * unit)], fill=GREEN, width=round(3 * unit))
    _leaf(draw, (4 * unit, 4 * unit, 17 * unit, 21 * unit), "left")
    _leaf(draw, (15 * unit, 2 * unit, 29 * unit, 16 * unit), "right")
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _leaf(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], side: str) -> None:
    """A pointed leaf: two quarter circles that meet at opposite corners of `box`."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if side == "left":
        first = (left, top - height, left + 2 * width, bottom)
        second = (left - width, top, right, bottom + height)
        draw.chord(first, 90, 180, fill=GREEN)
        draw.chord(second, 270, 360, fill=GREEN)
    else:
        first = (left - width, top - height, right, bottom)
        second = (left, top, right + width, bottom + height)
        draw.chord(first, 0, 90, fill=GREEN)
        draw.chord(second, 180, 270, fill=GREEN)
