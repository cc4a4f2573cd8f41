"""Tables as other countries' programs and other tasks write them: read rightly, asked about, or refused."""

import json

import pytest

from core.cli.words import in_options
from tests.data.layouts.conftest import counts, reasons
from tests.data.layouts.test_labelled import FILES, rows, table


@pytest.mark.parametrize(
    ("encoding", "classes"),
    [
        ("gbk", ("猫咪", "狗狗")),
        ("gbk", ("猫", "狗")), ("shift_jis", ("ネコ", "イヌ")),
        ("shift_jis", ("表示", "能力")), ("cp949", ("고양이", "강아지")),
        ("big5", ("貓咪", "狗狗")),
        ("cp1251", ("Кошка", "Собака")), ("cp1252", ("Kätzchen", "Hündchen")), ("cp1253", ("γάτα", "σκύλος")),
        ("cp1254", ("kuş", "ağaç")), ("cp850", ("Kätzchen", "Hündchen")), ("mac_roman", ("Kätzchen", "Hündchen")),
        ("utf-16-le", ("猫咪", "dog")),
        ("utf-32", ("猫咪", "狗狗")),
    ],
)  # fmt: skip
def test_labels_in_the_encodings_that_nothing_marks(read, encoding, classes):
    cat, dog = classes
    layout = read({"images": FILES, "l.csv": table(rows(classes=(cat, dog, cat, cat))).encode(encoding)})
    assert counts(layout) == {cat: 6, dog: 2}
    guessed = encoding not in ("utf-16-le", "utf-32")
    assert any("does not say how its names are encoded" in note and cat in note for note in layout.notes) is guessed


@pytest.mark.parametrize(
    "classes",
    [
        ("20 °C", "5 µm"), ("5 €", "10 €"), ("forêt", "élève"), ("niño", "niña"), ("dog’s", "cat – big"),
        ("½ µm", "3 µm"),
    ],
)  # fmt: skip
def test_western_letters_are_not_taken_for_others(read, classes):
    layout = read({"images": FILES, "l.csv": table(rows(classes=classes), separator=";").encode("cp1252")})
    assert set(counts(layout)) == set(classes)


def test_a_damaged_letter_does_not_spoil_the_others(read):
    layout = read({"images": FILES, "l.csv": table(rows(classes=("Kätzchen", "Hündin"))).encode() + b"\xe4\n"})
    assert set(counts(layout)) == {"Kätzchen", "Hündin"}
    assert "l.csv is UTF-8 with 1 damaged characters." in layout.notes


BOXES = [("1", "2", str(30 + i), str(40 + i)) for i in range(len(FILES))]


@pytest.mark.parametrize(
    "header",
    [
        "x1,y1,x2,y2", "x,y,w,h", "X_center,Y_center,Width,Height", "left,top,right,bottom",
        "bbox_x1,bbox_y1,bbox_x2,bbox_y2",
    ],
)  # fmt: skip
def test_boxes_by_any_name_are_no_classes(refused, header):
    said = [(*row, *box) for row, box in zip(rows(), BOXES, strict=True)]
    content = {"images": FILES, "boxes.csv": table(said, f"file,class,{header}")}
    text = refused(content)
    assert "boxes around objects" in text
    assert "--label-column" in in_options(text)


def test_boxes_of_a_table_without_names(refused):
    said = "\n".join(",".join((file, *box, label)) for (file, label), box in zip(rows(), BOXES, strict=True))
    assert "boxes around objects" in refused({"images": FILES, "boxes.csv": said})


def test_outlines_are_no_classes(refused):
    said = [(*row, f"{i} 4 9 7") for i, row in enumerate(rows())]
    assert "outlines" in refused({"images": FILES, "rle.csv": table(said, "ImageId,ClassId,EncodedPixels")})


def test_a_region_of_interest_in_an_image_of_one_object_is_no_box(read):
    said = [(*row, *box) for row, box in zip(rows(), BOXES, strict=True)]
    signs = table(said, "Path,ClassId,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2")
    assert counts(read({"images": FILES, "Test.csv": signs})) == {"cat": 6, "dog": 2}  # one part is no division


@pytest.mark.parametrize(
    "classes",
    [
        ("cat/dog", "cat", "dog"), ("cat+dog", "dog", "cat"), ("cat & dog", "cat", "dog"), ("16 0", "7 1 2", "5"),
        ("clear primary", "haze primary water", "cloudy", "clear water road primary"), ('"[\'cat\', \'dog\']"', "[]"),
    ],
)  # fmt: skip
def test_every_way_to_write_several_classes_is_found(asked, read, classes):
    content = {"images": FILES, "l.csv": table(rows(classes=classes), "file,tags")}
    assert "several classes" in asked(content, task="classification").question
    layout = read(content)
    assert layout.multilabel
    assert all(len(label.split()) == 1 and not set(label) & set("+/&[]',") for label in layout.classes)


def test_lists_in_json_lines_are_several_classes_too(asked):
    lines = [json.dumps({"file_name": file, "labels": ["cat", "dog"][: 1 + i % 2]}) for i, file in enumerate(FILES)]
    content = {"images": FILES, "metadata.jsonl": "\n".join(lines)}
    assert "several classes" in asked(content, task="classification").question


@pytest.mark.parametrize(
    "classes", [("C++", "C", "Java"), ("N/A", "and/or"), ("pink primrose", "hard-leaved pocket orchid", "lily")]
)
def test_what_only_looks_like_several_classes(read, classes):
    assert set(counts(read({"images": FILES, "l.csv": table(rows(classes=classes))}))) == set(classes)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([f"{i:04}.jpg" for i in range(8)], [str(i) for i in range(8)]),
        ([f"my cat {i}.jpg" for i in range(8)], [f"https://x.org/a/my%20cat%20{i}.jpg?dl=1" for i in range(8)]),
        (FILES, [f"'{file}'" for file in FILES]),
    ],
)
def test_names_as_tables_and_addresses_write_them(read, files, said):
    labels = [label for _, label in rows(files)]
    layout = read({"images": files, "l.csv": table(zip(said, labels, strict=True))})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert layout.left_out == []


def test_small_tables_of_parts_are_read_as_the_large_one_is(read):
    said = rows(classes=("cat", "dog", "dog", "cat", "cat", "dog", "dog", "dog"))
    content = {"images": FILES, "train.csv": table(said[:5]), "val.csv": table(said[5:7]), "test.csv": table(said[7:])}
    assert counts(read(content)) == {"train/cat": 3, "train/dog": 2, "val/dog": 2, "test/dog": 1}


def test_a_column_of_parts_is_known_by_its_values(read):
    said = [(part, *row) for part, row in zip(["TRAIN"] * 5 + ["VALIDATION"] * 2 + ["TEST"], rows(), strict=True)]
    layout = read({"images": FILES, "automl.csv": "\n".join(map(",".join, said))})
    assert counts(layout) == {"train/cat": 4, "train/dog": 1, "val/dog": 1, "val/cat": 1, "test/cat": 1}


def test_a_column_of_parts_that_cannot_be_used_is_told(read):
    said = [(*row, part) for row, part in zip(rows(), ["train"] * 5 + ["extra"] * 2 + ["test"], strict=True)]
    layout = read({"images": FILES, "labels.csv": table(said, "file,label,split")})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "because 'extra' in it means no part: write train, val or test" in " ".join(layout.notes)
    assert reasons(layout) == {}


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_first_line_for_excel_is_no_header(read, separator):
    text = f"sep={separator}\r\n" + table([*rows(), ("none.jpg", "cat")], separator=separator)
    layout = read({"images": FILES, "l.csv": text})
    assert (counts(layout), layout.columns) == ({"cat": 6, "dog": 2}, ("file", "label"))
    assert reasons(layout) == {"none.jpg": "Row 11 of l.csv names it, but there is no such image."}


@pytest.mark.parametrize("mark", ["NaN", "nan", "NULL", "<NA>", "#N/A"])
def test_a_mark_of_missing_values_is_no_class(read, mark):
    layout = read({"images": FILES, "l.csv": table(rows(classes=("cat", "dog", "cat", mark)))})
    assert set(counts(layout)) == {"cat", "dog"}
    assert "Row 5 of l.csv gives it no class." in reasons(layout).values()


def test_what_may_be_a_class_is_no_mark_of_missing_values(read):
    assert set(counts(read({"images": FILES, "l.csv": table(rows(classes=("None", "NA")))}))) == {"None", "NA"}


def test_a_class_written_as_1_and_as_1_0_is_one(read):
    layout = read({"images": FILES, "l.csv": table(rows(classes=("0", "1.0", "1", "0.0")))})
    assert set(counts(layout)) == {"0", "1"}


def test_numbers_of_classes_that_are_all_written_in_one_way_stay_so(read):
    layout = read({"images": FILES, "l.csv": table(rows(classes=("00", "01", "00")))})
    assert set(counts(layout)) == {"00", "01"}


def marked(header):
    marks = [("1", "0") if number % 3 else ("0", "1") for number in range(len(FILES))]
    return table([(*row, *mark) for row, mark in zip(rows(), marks, strict=True)], header)


@pytest.mark.parametrize(
    "header", ["file,label,male,female", "file,species,indoor,outdoor", "file,label,is_round,is_square"]
)
def test_a_column_called_like_classes_is_believed_more_than_marks_beside_it(read, header):
    layout = read({"images": FILES, "l.csv": marked(header)})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert layout.reading.label_column == header.split(",")[1]


@pytest.mark.parametrize("name", ["predictions.csv", "test_preds.csv", "my-predictions-2.csv", "baseline.csv"])
def test_what_a_model_answered_is_no_label(read, name):
    answers = table([(f"{n}.jpg", "cat" if n % 2 else "dog") for n in range(10, 16)])
    truth = table([(f"{n}.jpg", "cat" if n % 3 else "dog") for n in range(10)])
    layout = read({"train": 10, "test": 6, "train.csv": truth, name: answers})
    assert len(layout.found) == 10
    assert [path.name for path in layout.unlabelled] == ["test"]


def test_the_column_of_roboflow_for_no_label_is_no_class(read):
    hot = table(
        [(f"{n}.jpg", *(str(int(n % 3 == k)) for k in range(3))) for n in range(12)], "filename, Unlabeled, cat, dog"
    )
    layout = read({"train": 12, "train/_classes.csv": hot})
    assert counts(layout) == {"cat": 4, "dog": 4}
    assert len(reasons(layout)) == 4
