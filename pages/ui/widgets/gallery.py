"""Show many images as one mosaic with labelled cells, encoded once.

One JPEG is displayed three times faster than sixteen images, and takes less memory than PIL objects.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from core.text import shown
from pages.ui.widgets.theme import theme

QUALITY = 85
GAP = 12
RADIUS = 10
LONGEST_LABEL = 500  # letters
_FONTS = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "NotoSansArabic-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf", "NotoSansHebrew-Regular.ttf", "Arial Unicode.ttf", "arial.ttf", "msyh.ttc",
    "Hiragino Sans GB.ttc", "unifont.otf",
)  # fmt: skip
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Cell:
    """One image (uint8, H x W x 3) with its label; `accent`, a colour, draws a frame around it.

    `note` is a second line under the label.
    """

    pixels: np.ndarray
    label: str
    accent: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Colours:
    """Background and text colours of the theme."""

    background: str
    ink: str


LIGHT = Colours("#ffffff", "#1c2624")
DARK = Colours("#101716", "#e6eeec")


def mosaic(
    cells: Sequence[Cell], columns: int, cell_px: int, colours: Colours = LIGHT, text_px: int | None = None, *,
    wrap: bool = False,
) -> bytes:  # fmt: skip
    """Encode a JPEG with `columns` cells per row, each `cell_px` wide with a label of `text_px` height below it.

    Images are scaled to fit and keep their aspect ratio. Long labels end in an ellipsis, or are wrapped with `wrap`.
    Letters missing in all fonts of this machine appear as boxes. Raises `ValueError` without cells or columns.
    """
    if not cells or columns < 1:
        raise ValueError("a mosaic needs at least one cell and one column")
    columns = min(columns, len(cells))
    text_px = text_px or max(13, cell_px // 13)
    texts = [_lines(cell, text_px, cell_px if wrap else None) for cell in cells]
    rows = [range(start, min(start + columns, len(cells))) for start in range(0, len(cells), columns)]
    row_lines = max(map(len, texts)) if not wrap else None  # without wrapping all rows have the same height
    heights = [
        cell_px + (row_lines or max(len(texts[n]) for n in row)) * (text_px + GAP // 2) + 3 * GAP // 2 for row in rows
    ]
    sheet = Image.new("RGB", (columns * (cell_px + GAP) - GAP, sum(heights) - GAP), colours.background)
    for row, top in zip(rows, accumulate(heights, initial=0), strict=False):
        for number in row:
            left = (number - row.start) * (cell_px + GAP)
            _paste(sheet, cells[number], left, top, cell_px)
            for line, text in enumerate(texts[number]):
                text_top = top + cell_px + GAP // 2 + line * (text_px + GAP // 2)
                _write(sheet, text, (left, text_top), cell_px, text_px, colours.ink)
    encoded = io.BytesIO()
    sheet.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()


def show_mosaic(
    cells: Sequence[Cell], columns: int, cell_px: int = 224, caption: str | None = None, *,
    text_px: int | None = None, wrap: bool = False,
) -> None:  # fmt: skip
    """Show the mosaic on the page in the colours of the theme, at most as wide as its container."""
    colours = DARK if theme() == "dark" else LIGHT
    width = min(columns, len(cells)) * (cell_px + GAP) - GAP
    alt_text = ", ".join(f"{cell.label} {cell.note}".strip() for cell in cells)  # for screen readers
    with st.container(width=width):
        sheet = mosaic(cells, columns, cell_px, colours, text_px, wrap=wrap)
        st.image(sheet, caption=caption, width="stretch", alt=alt_text)


def _paste(sheet: Image.Image, cell: Cell, left: int, top: int, side: int) -> None:
    image = Image.fromarray(np.ascontiguousarray(cell.pixels))
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if size != image.size:
        image = image.resize(size, Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.BICUBIC)
    corner = (left + (side - size[0]) // 2, top + side - size[1])  # aligned with the bottom, above the label
    sheet.paste(image, corner, _rounded(size))
    if cell.accent:
        box = (corner[0], corner[1], corner[0] + size[0] - 1, corner[1] + size[1] - 1)
        ImageDraw.Draw(sheet).rounded_rectangle(box, RADIUS, outline=cell.accent, width=max(3, side // 50))


@lru_cache(maxsize=64)
def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)  # drawn at twice the size for smooth corners
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), RADIUS * 2, fill=255)
    return mask.resize(size, Image.Resampling.BILINEAR)


def _write(sheet: Image.Image, label: str, corner: tuple[int, int], width: int, size: int, ink: str) -> None:
    font = _font_for(label, size)
    text = _shortened(label, font, width)
    free_px = max(0, width - font.getlength(text))
    ImageDraw.Draw(sheet).text((corner[0] + free_px // 2, corner[1]), text, fill=ink, font=font)


def _lines(cell: Cell, size: int, width: int | None) -> list[str]:
    """The lines below a cell; wrapped to `width` px unless None."""
    lines = [cell.label, cell.note] if cell.note else [cell.label]
    return lines if width is None else [part for line in lines for part in wrapped(line, _font_for(line, size), width)]


def wrapped(label: str, font: Font, width: int) -> list[str]:
    """Wrap `label` into lines of at most `width` px; words longer than a line are broken."""
    text = _drawable(label)
    lines = [""]
    for word in re.findall(r"\S+\s*", text):
        if font.getlength((lines[-1] + word).rstrip()) <= width:
            lines[-1] += word
            continue
        lines += [""] if lines[-1] else []
        for letter in word:
            if lines[-1] and font.getlength((lines[-1] + letter).rstrip()) > width:
                lines.append("")
            lines[-1] += letter
    return [line.rstrip() for line in lines]


def _drawable(label: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in shown(label[:LONGEST_LABEL]))


def _shortened(label: str, font: Font, width: int) -> str:
    """The longest prefix of `label` that fits, with an ellipsis if shortened."""
    text = _drawable(label)
    if text == label and font.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(text[:middle] + "…") <= width else (low, middle - 1)
    return text if low == len(text) == len(label) else text[:low] + "…"


def _font_for(label: str, size: int) -> Font:
    """The first font with all letters, else the one with the most; Pillow's own for plain Latin."""
    letters = {letter for letter in label if letter.isprintable() and not letter.isspace()}
    fonts = _fonts(size)
    missing = [sum(not _has(font, letter) for letter in letters) for font in fonts]
    return fonts[missing.index(min(missing))]


@lru_cache(maxsize=8)
def _fonts(size: int) -> tuple[Font, ...]:
    fonts: list[Font] = [ImageFont.load_default(size)]
    for name in _FONTS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:  # not installed
            continue
    return tuple(fonts)


@lru_cache(maxsize=4096)
def _has(font: Font, letter: str) -> bool:
    # a font draws the same box for every missing letter
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010ffff"))
