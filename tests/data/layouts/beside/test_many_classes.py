"""The work of reading a layout grows with the number of classes, not with its square: data sets have thousands."""

import uuid
from random import Random

import pytest

from core.data.layout import read_layout
from core.data.layouts.asking.questions import _with_other_kinds
from core.data.layouts.beside.opposites import with_opposite
from core.data.layouts.index import ImageIndex
from core.data.layouts.words import Beside, is_one_of_series, is_ordinary
from tests.calls import calls_of

_SYLLABLES = ["lo", "ka", "mi", "ru", "te", "so", "pa", "ne", "vu", "zi", "do", "ga"]
_FEW = 40
_LINEAR = 2.15  # times the calls for twice the classes; by its square they are more than 2.25 times as many


def _word(number: int) -> str:
    return "".join(_SYLLABLES[number // base % 12] for base in (1, 12, 144))


def _own(number: int) -> list[str]:
    return [f"{_word(number)}{97 * number % 1013}.jpg", f"{_word(number + 5)}{89 * number % 997}.jpg"]


def _counted(number: int) -> list[str]:
    return [f"{index}.jpg" for index in range(3 + number % 2)]


def _table(content: dict[str, list[str]]) -> str:
    return "file,label\n" + "".join(f"{name}/{file},{name}\n" for name, files in content.items() for file in files)


_KINDS = {
    "numbers of WordNet": (lambda i: f"n{1440764 + 97 * i:08d}", _own, False),
    "two words": (lambda i: f"{_word(i)} {_word(7 * i + 3)}", _own, False),
    "uuid": (lambda i: str(uuid.UUID(int=Random(i).getrandbits(128))), _own, False),
    "rejected or not": (lambda i: f"rejected {_word(i)}" if i % 2 else _word(i), _own, False),
    "counted files": (lambda i: _word(i) if i else "map", _counted, False),
    "a table": (_word, _counted, True),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_twice_the_classes_are_about_twice_the_work(tree, kind):
    name, files, tabled = _KINDS[kind]

    def calls(count: int) -> int:
        content = {name(index): files(index) for index in range(count)}
        root = tree(content | ({"labels.csv": _table(content)} if tabled else {}))
        assert len(read_layout(root).classes) == count
        return calls_of(lambda: read_layout(root))

    assert calls(2 * _FEW) <= _LINEAR * calls(_FEW)


def test_names_are_judged_alike_one_by_one_and_together():
    for names in (
        ["no_label", "front_label", "back_label"], ["label 1", "label 2", "no label"], ["raw", "cooked"],
        ["raw", "jpg"], ["test_box", "blue_box"],
    ):  # fmt: skip
        together = Beside(names)
        for name in names:
            others = [one for one in names if one != name]
            assert is_ordinary(name, together) == is_ordinary(name, others)
            assert is_one_of_series(name, together) == is_one_of_series(name, others)
    assert is_one_of_series("no_label", Beside(["no_label", "front_label", "back_label"]))
    assert not is_one_of_series("no label", Beside(["label 1", "label 2", "no label"]))


def test_bases_with_a_word_for_what_others_show():
    assert _with_other_kinds({"track", "cat"}, ["train_track", "test_track", "race_track", "cat_new"]) == {"track"}
    assert not _with_other_kinds(set(), ["race_track"])


def test_opposites_are_found_by_the_ends_of_names():
    assert with_opposite(["unsorted", "sorted", "new"], ["sorted", "renew"]) == {"unsorted"}
    assert not with_opposite(["no label"], ["label 2"])  # one of some labels, with a number


def test_an_image_is_found_by_most_of_the_folders_above_it(tmp_path):
    places = ["a/x/1.jpg", "b/x/1.jpg", "b/y/1.jpg", "1.jpg", "b/2.jpg"]
    index = ImageIndex((tmp_path / place for place in places), tmp_path)

    def found(text):
        return [path.relative_to(tmp_path).as_posix() for path in index.find(text)]

    assert found("b/x/1.jpg") == ["b/x/1.jpg"]
    assert found("elsewhere/x/1") == ["a/x/1.jpg", "b/x/1.jpg"]
    assert found("nowhere/1.jpg") == found("1.jpg") == places[:4]
    assert found("a/2.jpg") == ["b/2.jpg"]
