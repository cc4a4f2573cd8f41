"""Names that say how a data set was divided, by shares or by words that mean parts together, and classes like these."""

import pytest

from tests.data.layouts.conftest import counts

SHARES = [
    {"ds_80": 24, "ds_20": 6}, {"split_70": 14, "split_15": 3, "split_15b": 3}, {"data80": 17, "data20": 4},
    {"80": 8, "20": 2}, {"0.8": 12, "0.2": 3}, {"80%": 23, "20 %": 6}, {"pets-60pct": 12, "pets-30pct": 6,
    "pets-10pct": 2}, {"part 75": 31, "part 25": 9}, {"set_0_9": 18, "set_0_1": 2}, {"90": 27, "10": 3},
    {"photos_50a": 9, "photos_50b": 8}, {"33": 5, "33 (2)": 5, "34": 6}, {"80": 16, "20": 4, "images": 3},
    {"lot_33a": 6, "lot_33b": 6, "lot_33c": 5},
]  # fmt: skip
TOGETHER = [
    ("base", "novel"), ("seen", "unseen"), ("seen_test", "unseen_test"), ("source", "target"),
    ("source_domain", "target_domain"), ("Query", "Gallery"), ("query", "gallery", "bounding_box_train"),
    ("query", "bounding_box_train"), ("probe_images", "gallery_images"), ("support set", "query set"),
    ("internal", "external"), ("internal_cohort", "external_cohort"), ("discovery", "replication"),
    ("derivation", "external"), ("live", "production", "staging"), ("prod", "staging"), ("base", "novel", "val"),
    ("id", "ood"), ("development", "holdout"),
]  # fmt: skip


@pytest.mark.parametrize("content", SHARES, ids=lambda content: " ".join(content))
def test_flat_folders_that_divide_by_numbers_are_asked_about(asked, content):
    question = asked(content)
    assert "called like parts of one data set" in question.question
    assert [choice.reading for choice in question.choices] == [{"layout": "folders"}]


@pytest.mark.parametrize(
    "content",
    [
        {"80": 8, "20": 8}, {"80": 9, "20": 4}, {"30": 11, "70": 12}, {"20": 7, "30": 7, "50": 7},
        {"8": 8, "2": 2}, {"60": 6, "20": 2}, {"A80": 8, "B20": 2}, {"year 80": 8, "page 20": 2},
        {"80": 8, "20": 2, "100": 4}, {"45": 5, "55": 5},
    ],
    ids=lambda content: " ".join(map(str, content.items())),
)  # fmt: skip
def test_numbers_whose_images_do_not_fit_are_classes(read, content):
    layout = read(content)
    assert counts(layout) == content


def test_shares_with_class_folders_are_put_together_or_read_alone(asked):
    question = asked({"80/cat": 5, "80/dog": 4, "20/cat": 1, "20/dog": 1})
    assert [choice.reading["layout"] for choice in question.choices] == ["inner", "only:20", "only:80", "folders"]
    assert question.choices[0].gives == "2 classes: cat 6, dog 5"


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_words_that_mean_parts_together_are_no_classes(asked, names):
    flat = asked({name: 3 + number for number, name in enumerate(names)})
    assert "called like parts of one data set" in flat.question
    if "development" not in names:  # the next test
        nested = asked({f"{name}/{kind}": 3 + number for number, name in enumerate(names) for kind in ("cat", "dog")})
        assert nested.choices[0].reading == {"layout": "inner"}


def test_a_flat_folder_beside_one_of_classes_is_not_read_with_them(asked):
    question = asked({"source/cat": 5, "source/dog": 4, "target": 3})
    assert [choice.gives for choice in question.choices] == [
        "2 classes: cat 5, dog 4",
        "2 classes: source 9, target 3",
    ]


@pytest.mark.parametrize(("train", "other"), [("development", "holdout"), ("dev", "test"), ("Development", "val")])
def test_development_trains_where_nothing_else_does(read, train, other):
    layout = read({f"{train}/cat": 5, f"{train}/dog": 4, f"{other}/cat": 2, f"{other}/dog": 1})
    assert counts(layout)["train/cat"] == 5
    assert sum(name.startswith("train/") for name in counts(layout)) == 2
    assert f"The folder '{train}' is used as the training part." in layout.notes
    beside = read({"train/cat": 6, "train/dog": 7, f"{train}/cat": 5, f"{train}/dog": 4})
    assert counts(beside) == {"train/cat": 6, "train/dog": 7, "val/cat": 5, "val/dog": 4}


@pytest.mark.parametrize(
    "names",
    [
        ("live", "spoof"), ("live", "dead", "sick"), ("control", "case"), ("source", "river"), ("target", "decoy"),
        ("base", "tower"), ("novel", "comic", "magazine"), ("internal", "external", "none"), ("id", "passport"),
        ("query", "invoice"), ("production", "design"), ("support", "pillar", "beam"), ("treatment", "control"),
        ("external", "internal", "mixed"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_such_a_word_beside_other_classes_is_one(read, names):
    layout = read({name: 4 + number for number, name in enumerate(names)})
    assert counts(layout) == {name: 4 + number for number, name in enumerate(names)}
    assert layout.notes == []


@pytest.mark.parametrize("name", ["live", "production", "staging", "external", "live_images"])
def test_where_a_model_is_used_lies_beside_classes_with_a_note(read, name):
    layout = read({"cat": 5, "dog": 4, name: 6})
    assert any(note.startswith(f"'{name}' is read as a class.") for note in layout.notes)


def _table(column: str, values: tuple[str, ...], label: str = "label", labels: tuple[str, ...] = ("cat", "dog", "emu")):
    rows = [f"i{n}.jpg,{labels[n % len(labels)]},{values[n // 3 % len(values)]}" for n in range(30)]
    return {"": [f"i{n}.jpg" for n in range(30)], "labels.csv": "\n".join([f"file,{label},{column}", *rows])}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("cohort", ("internal", "external")), ("domain", ("source", "target")), ("split", ("base", "novel")),
        ("role", ("query", "gallery")), ("env", ("production", "staging")), ("x", ("seen", "unseen")),
        ("share", ("80", "80", "80", "80", "20")),
    ],
)  # fmt: skip
def test_values_of_a_column_are_judged_like_names_of_folders(read, asked, column, values):
    layout = read(_table(column, values))
    assert counts(layout) == {"cat": 10, "dog": 10, "emu": 10}
    assert any(f"The column '{column}' does not divide the images" in note for note in layout.notes)
    alone = asked(_table(column, values, "note", ("", "")))
    assert f"'{column}' may be their classes or say how they were divided" in alone.question
    assert alone.choices[0].reading["label_column"] == column
    chosen = read(_table(column, values, "note", ("", "")), layout="csv", label_column=column)
    assert chosen.classes == set(values)
    assert not any("does not divide" in note for note in chosen.notes)


@pytest.mark.parametrize(
    ("column", "values"), [("group", ("treatment", "control")), ("cohort", ("north", "south")), ("limit", ("30", "70"))]
)
def test_other_columns_are_labels_as_ever(read, column, values):
    layout = read(_table(column, values, "note", ("", "")))
    assert layout.classes == set(values)
    labelled = read(_table("note", ("",), "label", ("internal", "external")))
    assert labelled.classes == {"internal", "external"}  # whoever calls a column so knows


def test_development_in_a_column_trains_where_nothing_else_does(read):
    layout = read(_table("cohort", ("development", "development", "holdout")))
    assert counts(layout)["train/cat"] == 7
    assert "'development' in the column 'cohort' is taken for the training part." in layout.notes
    trained = read(_table("cohort", ("train", "development", "holdout")))
    assert counts(trained)["train/cat"] == 4
