from core.data.layouts.columns import possible_labels

FILES = {"file": ["a", "b", "c", "d"]}


def test_of_two_columns_that_are_called_like_classes_neither_is_taken():
    species, label = ["cat", "cat", "dog", "dog"], ["old", "young", "old", "young"]
    assert possible_labels(FILES | {"species": species, "label": label}, ["file"]) == ["species", "label"]
    assert possible_labels(FILES | {"species": species, "keeper": label}, ["file"]) == ["species"]
