"""Boxes of objects in texts and tables are never classes: coordinates are neither read nor offered as such."""

import pytest

from core.cli.words import in_options
from core.data.layout import layout_choices
from core.data.layouts.boxed.lines import most_boxes
from tests.data.layouts.conftest import counts, sets
from tests.data.layouts.test_labelled import FILES, rows, table

NAMES = ("cat", "dog", "bird")


def _objects(index, other="{}"):
    """One object for most images, two for every third."""
    boxes = [(3 + index, 5 + index, 40 + 3 * index, 60 + 2 * index, index % 3)]
    return boxes + [(7, 2 + index, 30, 50, (index + 1) % 3)] * (index % 3 == 2)


def _lines(line):
    return "\n".join(line(index, f"images/{file}") for index, file in enumerate(FILES)) + "\n"


def _word(label=str, delimiter=","):
    def line(index, file):
        return " ".join([file, *(delimiter.join(map(str, (*box, label(c)))) for *box, c in _objects(index))])

    return line


def _sized(box):
    """Left, top, width and height: smaller than the place now and then, so that they are no corners."""
    left, top, right, bottom = box
    return 9 * left, 8 * top, right - left, bottom - top - 1


TEXTS = {
    "keras": _word(), "keras with names": _word(lambda c: NAMES[c]), "semicolons": _word(delimiter=";"),
    "names of two words": _word(lambda c: f"wild {NAMES[c]}"),
    "colons": lambda i, file: " ".join([file, *(f"{a},{b},{c},{d}:{NAMES[e]}" for a, b, c, d, e in _objects(i))]),
    "class first": lambda i, file: " ".join([file, *(f"{NAMES[e]},{d},{c},{b},{a}" for a, b, c, d, e in _objects(i))]),
    "gluoncv": lambda i, file: " ".join(
        map(str, (i, file, 160, 120, *(v for *box, c in _objects(i) for v in (c, *box))))
    ),
    "counted": lambda i, file: " ".join(
        map(str, (file, len(_objects(i)), *(v for *box, c in _objects(i) for v in (*box, c))))
    ),
    "commas": lambda i, file: ",".join(map(str, (file, *(v for *box, c in _objects(i) for v in (*box, NAMES[c]))))),
    "sizes": lambda i, file: " ".join(map(str, (file, *(v for *box, c in _objects(i) for v in (*_sized(box), c))))),
    "wider": lambda i, file: "\n".join(
        [file, str(len(_objects(i))), *(" ".join(map(str, (*box, 0, 0))) for *box, _ in _objects(i))]
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", TEXTS)
def test_texts_with_all_boxes_of_an_image_are_refused(tree, refused, form):
    content = {"images": FILES, "train_annotation.txt": _lines(TEXTS[form])}
    assert "boxes around objects" in refused(content)
    assert "up to 2" in refused(content)
    assert "up to 2" in refused(content, layout="csv", labels="train_annotation.txt", label_column="column 5")
    assert not [one for one in layout_choices(tree(content)) if one.reading["layout"] == "csv"]


def test_one_box_per_image_in_one_word(refused, read):
    content = {"images": FILES, "l.txt": _lines(lambda i, file: f"{file} {3 + i},5,{40 + i},60,{NAMES[i % 3]}")}
    assert "(`--layout csv --label-column`)" in in_options(refused(content))
    assert counts(read(content, label_column="column 5")) == {"cat": 3, "dog": 3, "bird": 2}


def test_an_image_without_objects_is_one_of_the_list():
    assert most_boxes("a.jpg 1,2,30,40,0 4,5,60,70,1\nb.jpg\nc.jpg 1,2,30,40,1\n") == 2


@pytest.mark.parametrize(
    "text",
    [
        "a.jpg cat,1,0,0,1\nb.jpg dog,0,1,1,0\n",
        "a.jpg 1,0,0,1,0\nb.jpg 0,1,1,0,1\n", "a b.jpg 3,17\nc.jpg 4\n", "a.jpg cat dog\nb.jpg dog\n",
        "a.jpg 1 3\nb.jpg 4\nc.jpg 1 2 3 4 5 6\n", "a.jpg 5 4 3 2 1\nb.jpg 1 2 3 4 5 6 7 8 9 10\n",
        "a.jpg,cat,1,2,3,4\nb.jpg,dog,4,3,2,1\n", "a.jpg 0\nb.jpg 1\n", "a.jpg\n1\nb.jpg\n0\n", "", "a.jpg\nb.jpg\n",
    ],
)  # fmt: skip
def test_other_texts_are_no_boxes(text):
    assert most_boxes(text) == 0


def test_lists_of_numbers_stay_labels(read):
    said = "".join(f"{file} {' '.join(str((i + k) % 7) for k in range(1 + i % 3))}\n" for i, file in enumerate(FILES))
    layout = read({"images": FILES, "l.txt": said}, label_column="column 2")
    assert sets(layout)["a02.jpg"] == "2+3+4"


@pytest.mark.parametrize(
    "header",
    [
        "links,oben,rechts,unten", "gauche,haut,droite,bas", "bbox_links,bbox_oben,bbox_breite,bbox_höhe",
        "x,y,ancho,alto", "xtl,ytl,xbr,ybr", "Box.1,Box.2,Box.3,Box.4", "p,q,r,s",
    ],
)  # fmt: skip
def test_boxes_in_columns_of_any_name(tree, refused, header):
    said = [(f"{FILES[i // 2]}", NAMES[i % 3], "3" if i % 4 else "30", "4", str(40 + i % 2), "30") for i in range(16)]
    content = {"images": FILES, "boxen.csv": table(said, f"Datei,Klasse,{header}", ";")}
    assert "8 images show several objects" in refused(content)
    assert not [one for one in layout_choices(tree(content)) if one.reading["layout"] == "csv"]


def test_measures_beside_one_class_per_image(read):
    said = [(*row, "1", "2", str(3 + i % 2), str(5 + i % 3)) for i, row in enumerate(rows())]
    layout = read({"images": FILES, "l.csv": table(said, "file,Sorte,p,q,r,s")})
    assert counts(layout) == {"cat": 6, "dog": 2}
