"""Words for parts are whole words of a name: 'set de test' is a test set, 'detest' a feeling."""

import pytest

from core.data.layouts.words import kind_of
from tests.data.layouts.conftest import counts


@pytest.mark.parametrize(
    "names",
    [
        "protest parade market", "Attest Rezept Rechnung", "latest older oldest", "detest like neutral",
        "Laval Nantes Rennes", "Duval Martin", "Valmy Jemappes Fleurus", "tests spines shells",
        "no_label front_label back_label", "unsorted_pile sorted_pile big_pile",
    ],
)  # fmt: skip
def test_words_that_only_end_or_begin_like_parts_are_classes(read, names):
    content = {name: 5 + number for number, name in enumerate(names.split())}
    assert counts(read(content)) == content


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("jeu_de_test", "test"), ("donneesdetest", "test"), ("zumTesten", "test"), ("my_test", "test"),
        ("set_de_validation", "val"), ("datos para entrenar", "train"), ("テスト用画像", "test"),
        ("测试的图像", "test"), ("for_testing", "test"), ("to_test", "predict"), ("only_train", "train"),
        ("te", None), ("protests", None), ("dotest", None),
    ],
)  # fmt: skip
def test_small_words_stand_alone_or_behind_a_noun(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize("names", ["test cat dog", "test_photos cat_photos dog_photos", "no_label cat dog"])
def test_unlabelled_images_beside_classes_stay_out(read, names):
    first, *classes = names.split()
    layout = read({first: 3} | {name: 5 + number for number, name in enumerate(classes)})
    assert counts(layout) == {classes[0]: 5, classes[1]: 6}
    assert [path.name for path in layout.unlabelled] == [first]
