"""A word such as 'box' is a label or an ordinary column unless coordinates stand there, and lists of four numbers are
coordinates whatever their column is called."""

import pytest

from tests.data.layouts.conftest import counts, sets
from tests.data.layouts.test_labelled import FILES, table


@pytest.mark.parametrize("header", ["file,box,bag,mask", "file,circle,polygon,star", "file,top,bottom,left,right"])
def test_columns_of_0_and_1_are_labels_whatever_they_are_called(read, header):
    names = header.split(",")[1:]
    said = [(file, *(str((i >> k) & 1) for k in range(len(names)))) for i, file in enumerate(FILES)]
    layout = read({"images": FILES, "labels.csv": table(said, header)})
    assert layout.multilabel
    assert sets(layout)["a03.jpg"] == "+".join(sorted(names[:2]))


@pytest.mark.parametrize("header", ["file,box,bag,mask", "file,top,bottom,left,right"])
def test_columns_of_minus_1_and_1_are_labels_whatever_they_are_called(read, header):
    names = header.split(",")[1:]
    said = [(file, *(("-1", "1")[(i >> k) & 1] for k in range(len(names)))) for i, file in enumerate(FILES[:5])]
    layout = read({"images": FILES, "labels.csv": table(said, header)})
    assert sets(layout)["a03.jpg"] == "+".join(sorted(names[:2]))


@pytest.mark.parametrize("column", ["box", "polygon", "objects"])
@pytest.mark.parametrize("values", [("B3", "B12", "B3"), ("yes", "no"), ("red", "blue")])
def test_a_column_without_coordinates_is_an_ordinary_one(read, column, values):
    said = [(file, values[i % len(values)], ("fern", "moss", "moss")[i % 3]) for i, file in enumerate(FILES)]
    assert counts(read({"images": FILES, "l.csv": table(said, f"file,{column},label")})) == {"fern": 3, "moss": 5}


@pytest.mark.parametrize("column", ["box", "polygon"])
def test_with_coordinates_it_is_none(refused, column):
    said = [(file, f"{3 + i} 5 {40 - i} 17", ("fern", "moss")[i % 2]) for i, file in enumerate(FILES)]
    assert "detection" in refused({"images": FILES, "l.csv": table(said, f"file,{column},kind")})


@pytest.mark.parametrize("header", ["file,page,x,y,w,h,label", "file,slide,left,top,right,bottom,label"])
def test_where_an_image_has_one_box_its_class_is_offered(asked, header):
    said = [(file, i, 3, 5, 40 + i, 17, ("fern", "moss", "moss")[i % 3]) for i, file in enumerate(FILES)]
    question = asked({"images": FILES, "l.csv": table([tuple(map(str, row)) for row in said], header)})
    assert "gives boxes around objects" in question.question
    assert [choice.gives for choice in question.choices] == ["2 classes: fern 3, moss 5"]


def test_where_images_have_several_no_class_is(refused):
    said = [(FILES[i // 2], *"7943", ("fern", "moss")[i % 3 == 0]) for i in range(16)]
    assert "several objects" in refused({"images": FILES, "l.csv": table(said, "file,x,y,w,h,label")})


def test_an_empty_column_of_boxes_is_none(read):
    said = [(file, "", ("fern", "moss", "moss")[i % 3]) for i, file in enumerate(FILES)]
    assert counts(read({"images": FILES, "l.csv": table(said, "file,bbox,label")})) == {"fern": 3, "moss": 5}


@pytest.mark.parametrize("form", ["[{}, {}, {}, {}]", "{} {} {} {}", "{}|{}|{}|{}", "{};{};{};{}", "({}, {}, {}, {})"])
@pytest.mark.parametrize("column", ["label", "target", "place"])
def test_four_numbers_in_every_cell_are_boxes(refused, form, column):
    said = [(file, f'"{form.format(3 + 5 * i % 11, 41 - i, 7 + 3 * i, i)}"') for i, file in enumerate(FILES)]
    assert f"'{column}' holds boxes or outlines" in refused({"images": FILES, "l.csv": table(said, f"file,{column}")})


@pytest.mark.parametrize(
    "labels",
    [
        lambda i: range(i % 3, 3 + i % 3 + i % 4),  # of all lengths
        lambda i: range(i, i + 8, 2),  # four each, in order
        lambda i: ((i * k) % 4 for k in range(1, 5)),  # four grades
    ],
)
def test_lists_of_labels_that_are_numbers_stay_labels(read, labels):
    said = [(file, "|".join(map(str, dict.fromkeys(labels(i))))) for i, file in enumerate(FILES)]
    layout = read({"images": FILES, "l.csv": table(said, "file,tags")}, task="multilabel")
    assert sets(layout)["a01.jpg"] == "+".join(sorted(map(str, dict.fromkeys(labels(1)))))


@pytest.mark.parametrize("header", ["x_center,y_center,w,h", "cx,cy,r"])
def test_other_names_of_coordinates(refused, header):
    said = [(FILES[i // 2], "c" if i % 3 else "b", *("7", "9", "4", "3")[: header.count(",") + 1]) for i in range(16)]
    assert "detection" in refused({"images": FILES, "l.csv": table(said, f"file,class_id,{header}")})


def test_columns_of_minus_1_and_1_are_labels(read):
    said = [(file, *(("-1", "1")[(i >> k) & 1] for k in range(3))) for i, file in enumerate(FILES)]
    layout = read({"images": FILES, "attributes.csv": table(said, "image_id,Smiling,Male,Eyeglasses")})
    assert layout.multilabel
    assert sets(layout)["a05.jpg"] == "Eyeglasses+Smiling"
    assert not [note for note in layout.notes if "taken for 0" in note]
    one = read({"images": FILES, "one.csv": table([row[:2] for row in said], "image_id,Smiling")})
    assert counts(one) == {"-1": 4, "1": 4}
