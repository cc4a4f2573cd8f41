"""Columns of persons beside findings, several columns without a header, and boxes beside a class."""

import pytest

from core.cli.words import options
from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import FILES, table


@pytest.mark.parametrize("name", ["Sex", "gender", "View_Position"])
def test_what_describes_a_person_is_not_taken_before_findings(asked, read, name):
    said = [(file, "FM"[n % 3 // 2], f"{n % 2}.0", f"{1 - n % 2 if n != 3 else 1}.0") for n, file in enumerate(FILES)]
    said[4] = (FILES[4], "F", "0.0", "0.0")
    found = asked({"images": FILES, "l.csv": table([*said[:3], *said[4:]], f"Path,{name},Edema,Normal")})
    assert f"its columns '{name}', 'Edema' and 'Normal' may all be the classes" in found.question
    assert options(found.choices[-1].reading).endswith("--task multilabel")
    assert found.choices[-1].says == "each of 'Edema' and 'Normal' is a label, 1 where it is there"
    alone = read({"images": FILES, "l.csv": table([row[:2] for row in said], f"Path,{name}")})
    assert counts(alone) == {"F": 6, "M": 2}


def test_columns_of_a_text_that_ends_with_numbers_are_apart(asked, read):
    lines = [
        f"{f} {'GFD'[n % 3]} " + ("NORM" if n % 4 == 0 else f"CIRC B 5{n} 42{n} 9{n}") for n, f in enumerate(FILES)
    ]
    question = asked({"images": FILES, "Info.txt": "\n".join(lines)})
    assert "'column 2' and 'column 3' may" in question.question
    named = [f"{n} {f} {('Black Cat', 'Dog')[n % 3 // 2]}" for n, f in enumerate(FILES)]
    assert counts(read({"images": FILES, "l.txt": "\n".join(named)})) == {"Black Cat": 6, "Dog": 2}


def test_boxes_beside_the_class_of_most_images_are_told(read):
    rows = [f"{f},{n + 1},{n + 2},{n + 9},{n + 20},{('cow', 'cat')[n % 3 // 2]}" for n, f in enumerate(FILES[:6])]
    layout = read({"images": FILES, "a.csv": "\n".join([*rows, *(f"{f},,,,," for f in FILES[6:])])})
    assert counts(layout) == {"cow": 4, "cat": 2}
    assert "The columns 'column 2', 'column 3', 'column 4' and 'column 5' hold corners of boxes" in " ".join(
        layout.notes
    )
