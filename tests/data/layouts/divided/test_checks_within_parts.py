"""What is asked about folders of the root is asked about those within parts."""

import pytest

from tests.data.layouts.conftest import counts


def divided(names, test=True):
    content = {f"train/{name}": 4 + n for n, name in enumerate(names)}
    return content | ({f"test/{name}": 2 + n for n, name in enumerate(names)} if test else {"test": 3})


LOTS = [
    ("session1", "session2"), ("batch1", "batch2", "batch3"), ("part1", "part2"), ("2024-05-01", "2024-05-02"),
    ("fold1", "fold2", "fold3"), ("fold_0", "fold_1"),
]  # fmt: skip


@pytest.mark.parametrize("names", LOTS)
@pytest.mark.parametrize("test", [True, False])
def test_lots_and_folds_within_parts_are_asked_about(asked, names, test):
    question = asked(divided(names, test))
    assert question.question.startswith("In 'train': The folders")
    readings = [choice.reading["layout"] for choice in question.choices]
    assert "parts" in readings
    assert "folders" not in readings


@pytest.mark.parametrize("names", [*LOTS[:2], ("Tag 1", "Tag 2"), ("North", "South")])
def test_their_classes_can_be_those_of_the_file_names(asked, read, names):
    content = {
        f"{part}/{name}": [f"{label}_{start + 10 * lot + n}.png" for label in ("ok", "nok") for n in range(count)]
        for part, count, start in (("train", 5, 0), ("test", 3, 50))
        for lot, name in enumerate(names)
    }
    files = [choice for choice in asked(content).choices if choice.reading["layout"] == "filenames"]
    assert [set(choice.counts) for choice in files] == [{"ok", "nok"}]


@pytest.mark.parametrize(
    "names",
    [("ds_80", "ds_20"), ("source", "target"), ("cat_train", "cat_test", "dog_train", "dog_test")],
)  # fmt: skip
def test_divisions_within_parts_are_asked_about(asked, names):
    counts = {"ds_80": 16, "ds_20": 4}
    assert asked({f"{part}/{name}": counts.get(name, 5) for part in ("train", "val") for name in names}).choices


@pytest.mark.parametrize(
    "names",
    [("cat", "dog"), ("P01", "P02"), ("1", "2", "3"), ("day", "night"), ("set", "rep"), ("train", "bus", "car")],
)
def test_classes_within_parts_are_read(read, names):
    content = divided(names)
    assert counts(read(content)) == content


def test_lots_that_were_chosen_as_classes_are_read(asked, read):
    content = divided(LOTS[1])
    assert counts(read(content, layout="parts")) == content
