import pytest

from core.data.layouts.columns import possible_labels
from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import FILES as IMAGES
from tests.data.layouts.test_labelled import table

FILES = {"file": ["a", "b", "c", "d"]}


def test_of_two_columns_that_are_called_like_classes_neither_is_taken():
    species, label = ["cat", "cat", "dog", "dog"], ["old", "young", "old", "young"]
    assert possible_labels(FILES | {"species": species, "label": label}, ["file"]) == ["species", "label"]
    assert possible_labels(FILES | {"species": species, "keeper": label}, ["file"]) == ["species"]


@pytest.mark.parametrize(
    ("columns", "chosen", "told"),
    [
        ({"code": "A1 B2 C3", "label": "cat dog cow"}, "label", False),
        ({"camera": "north south east", "class": "ok nok unsure"}, "class", False),
        ({"camera": "north south east", "label": "0 1 2"}, "label", True),
        ({"label": "0 1 2", "label_name": "cat dog cow"}, "label_name", False),
        ({"label": "0 1 2", "name": "cat dog cow"}, "name", True),
        ({"class_id": "0 1 2", "animal": "cat dog cow"}, "animal", True),
        ({"site": "north south east", "class_id": "0 1 2"}, "class_id", True),
        ({"code": "A1 B2 C3", "animal": "cat dog cow"}, "code", True),
        ({"code": "1 2 3", "animal": "cat dog cow"}, "animal", True),
    ],
)  # fmt: skip
def test_of_columns_that_group_the_images_alike_the_one_called_after_labels_names_the_classes(
    read, columns, chosen, told
):
    order = [0, 1, 0, 0, 2, 0, 1, 2]
    values = [[text.split()[n] for text in columns.values()] for n in order]
    said = [(file, *row) for file, row in zip(IMAGES, values, strict=True)]
    layout = read({"images": IMAGES, "l.csv": table(said, f"file,{','.join(columns)}")})
    first, second, third = columns[chosen].split()
    assert counts(layout) == {first: 4, second: 2, third: 2}
    (other,) = set(columns) - {chosen}
    note = f"The column '{other}' of l.csv groups the images as '{chosen}' does."
    assert any(one.startswith(note) for one in layout.notes) is told


def test_a_column_that_was_asked_for_or_that_groups_otherwise_is_not_compared(read):
    said = [(file, "ab"[n % 2], "xy"[n % 2], "rs"[n // 4]) for n, file in enumerate(IMAGES)]
    content = {"images": IMAGES, "l.csv": table(said, "file,animal,code,part_of")}
    assert not any("groups the images" in note for note in read(content, label_column="code").notes)
    told = read({**content, "l.csv": table([row[:3] for row in said], "file,animal,code")}).notes
    assert "The column 'code' of l.csv groups" in " ".join(told)
