"""Tell columns of boxes and outlines of objects, which are labels for detection, by their names or values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from core.data.layouts.columns import are_marks, is_set
from core.data.layouts.words import plain
from core.wording import OWN, as_reading

_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_BOXES = tuple(
    frozenset(names.split())
    for names in (
        "xmin ymin xmax ymax", "x1 y1 x2 y2", "x y w h", "x y width height", "cx cy w h",
        "xcenter ycenter width height", "xcenter ycenter w h", "cx cy width height", "cx cy r", "cx cy radius",
        "left top right bottom", "left top width height", "bboxx1 bboxy1 bboxx2 bboxy2", "x0 y0 x1 y1",
        "xmin ymin width height", "bboxx bboxy bboxw bboxh", "bboxx bboxy bboxwidth bboxheight",
        "xtl ytl xbr ybr", "ulx uly lrx lry", "xleft ytop xright ybottom", "xstart ystart xend yend",
        "startx starty endx endy",
        "upperleftcornerx upperleftcornery lowerrightcornerx lowerrightcornery",
    )
)  # fmt: skip
_EDGES = {
    "left": "links gauche izquierda izq izquierdo sinistra esquerda lewo слева лево 左",
    "top": "oben haut arriba superior sopra topo cima boven góra сверху верх 上",
    "right": "rechts droite derecha der derecho destra direita prawo справа право 右",
    "bottom": "unten bas abajo inferior sotto base baixo onder dół снизу низ 下",
    "width": "breite largeur ancho anchura larghezza largura breedte szerokość ширина 宽 宽度 幅",
    "height": "höhe hoehe hauteur alto altura altezza hoogte wysokość высота 高 高度 高さ",
}  # words of other languages
_EDGE_OF = {word: edge for edge, words in _EDGES.items() for word in words.split()}
_PREFIX = re.compile(r"(b(ound(ing)?)?)?(box|rect|rahmen|caja|cadre|boite)")
_OUTLINES = re.compile(
    r"(b(ound(ing)?)?)?box(es)?|objects|encodedpixels|rle|polygons?|segmentations?|regionshapeattributes|keypoints|maskrle"
)

_NAMED = as_reading(layout="csv", label_column=OWN)
_ORDINARY = re.compile(r"box(es)?|polygons?|objects|segmentations?")  # also what an image shows, or where it is kept
_COORDINATE = re.compile(r"\d+(?:\.\d+)?")
_CORNERS = 4  # numbers of a box


def holds_boxes(columns: Mapping[str, Sequence[str]], nested: Iterable[str] = ()) -> bool:
    """Whether the columns of a table, or those with an inner structure, hold boxes or outlines of objects by their
    names. Columns of marks (0 and 1) hold none, nor does one called 'box' that holds no coordinates."""
    return is_boxes((*(name for name, values in columns.items() if _may_be_coordinates(name, values)), *nested))


def _may_be_coordinates(name: str, values: Sequence[str]) -> bool:
    if not any(values) or (are_marks(values) and not all(map(is_set, values))):  # every box may begin at 1
        return False
    return not _ORDINARY.fullmatch(plain(name)) or any(len(_COORDINATE.findall(cell)) >= _CORNERS for cell in values)


def is_boxes(columns: Iterable[str]) -> bool:
    """Whether the columns hold bounding boxes or outlines of objects, by their names."""
    names = list(columns)
    letters = {"".join(c for c in name.casefold() if c.isalnum()) for name in names}
    edges = {_EDGE_OF.get(one, one) for one in (_PREFIX.sub("", name, count=1) for name in letters)}
    found = any(letters >= box or edges >= box for box in _BOXES)
    return found or any(_OUTLINES.fullmatch(plain(name)) for name in names)


def are_numbers(values: Iterable[str]) -> bool:
    """Whether all values are numbers."""
    return all(map(_NUMBER.fullmatch, values))


def corners(columns: dict[str, list[str]]) -> list[str]:
    """The first four adjacent columns whose values are corners of boxes: x1, y1, x2, y2; empty if there are none."""
    every = list(columns.items())
    for start in range(len(every) - 3):
        four = every[start : start + 4]
        if all(value and _NUMBER.fullmatch(value) for _, column in four for value in column):
            left, top, right, bottom = ([float(value.replace(",", ".")) for value in column] for _, column in four)
            if all(a < b for low, high in ((left, right), (top, bottom)) for a, b in zip(low, high, strict=True)):
                return [name for name, _ in four] if left else []
    return []


def why_boxes(files: Sequence[str], most_in_row: int = 1) -> str:
    """Why a table of boxes gives no classes, and the way out. `files` are the values that name the images."""
    what = "it gives boxes around objects or their outlines, which are labels for detection. "
    several = sum(count > 1 for count in Counter(files).values())
    if most_in_row > 1:
        return f"{what}Images show several objects (up to {most_in_row}): cut them out, into a folder per class"
    if several:
        return (
            f"{what}{'1 image shows' if several == 1 else f'{several:,} images show'} several objects: cut them out, "
            "into a folder per class, or, where all objects of an image are of one class, name the column of classes "
            f"({_NAMED})"
        )
    return f"{what}Where every image shows one object, name its column of classes ({_NAMED})"
