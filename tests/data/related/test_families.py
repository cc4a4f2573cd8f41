"""Images of one folder that are called in two ways stay together where their pixels go together; words are told."""

import pytest

from core.data.related.families import family_groups
from core.data.related.unpaired import unpaired_notes
from core.data.split import make_split
from core.experiment import SplitSpec
from tests.data.related.test_counterparts import altered

COUNTS = {"cat": 13, "dog": 11, "emu": 8}


def files(first, *others, make=altered):
    """So many images of each class, and for each of them one by each of the other names."""
    found = {}
    for place, (label, count) in enumerate(COUNTS.items()):
        for number in range(1, count + 1):
            found[f"{label}/{first.format(c=label, i=number)}.png"] = seed = 100 * place + number
            for k, other in enumerate(others):
                name = other.format(c=label, i=number, j=2 * number + k, r=number * 7919 % 9000 + 1000 + k)
                found[f"{label}/{name}.png"] = make(seed)
    return found


def parts_of(dataset):
    split = make_split(dataset, SplitSpec())
    return {index: part for part in ("train", "val", "test") for index in getattr(split, part)}


@pytest.mark.parametrize(
    "names",
    [
        ("image_{i}", "predictions_{i}"),
        ("img{i:03}", "out{i:03}"),
        ("IMG_{i:04}", "aug_{i}_{r}"),
        ("{c}{i}", "made of {c} {i}"),
        ("IMG_{i:04}", "new{j}"),  # by their order alone
        ("P{i}", "Q_{j}", "Q_{j}"),
    ],
)
def test_what_goes_together_stays_together(folder_of, read, names):
    dataset = read(folder_of(files(*names)))
    groups, (note,) = family_groups(dataset)
    assert len(groups) == 32
    assert {len(group) for group in groups} == {len(names)}
    assert "called in two ways" in note
    part_of = parts_of(dataset)
    assert all(len({part_of[index] for index in group if index in part_of}) == 1 for group in groups)


@pytest.mark.parametrize("names", [("IMG_{i:04}", "DSC_{i:04}"), ("google{i}", "bing{i}"), ("a{i}", "b{j}")])
def test_other_images_with_these_numbers_do_not(folder_of, read, names):
    dataset = read(folder_of(files(*names, make=lambda seed: 4000 + seed)))
    assert family_groups(dataset) == ((), [])
    assert not [note for note in make_split(dataset, SplitSpec()).notes if "two ways" in note]


def test_a_few_pairs_of_the_same_numbers_are_believed(folder_of, read):
    content = {f"{c}/{name}_{n}.png": 90 * m + 10 * k + n for m, c in enumerate(("cat", "dog"))
               for k, name in enumerate(("image", "result")) for n in range(3, 7 + m)}  # fmt: skip
    assert len(family_groups(read(folder_of(content)))[0]) == 9


def test_words_of_augmentation_that_tell_no_image_are_told(folder_of, read):
    content = files("IMG_{i:04}") | {f"{c}/{c}_aug_{900 * n % 977}.png": 5000 + 50 * m + n
                                     for m, c in enumerate(COUNTS) for n in range(1, 6)}  # fmt: skip
    (note,) = [n for n in make_split(read(folder_of(content)), SplitSpec()).notes if "made of others" in n]
    assert note.startswith("15 images are called as if")


@pytest.mark.parametrize("name", ["aug_2021_{}", "augur_{}", "cat_{}"])
def test_months_and_classes_are_no_such_words(folder_of, read, name):
    label = "augmented" if name.startswith("cat") else "cat"
    content = {f"{label}/{name.format(n)}.png": n for n in range(6)} | {f"dog/{n}.png": 50 + n for n in range(6)}
    content |= {f"{label}/IMG_{900 * n % 977}.png": 90 + n for n in range(7)}
    dataset = read(folder_of(content))
    assert unpaired_notes(dataset, (), ()) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [("{c}_0_{r}", 13), ("0_{r}", 13), ("aug_0_{r}", 13), ("{c}_0_{n}", 0), ("{c}_1_{r}", 0), ("{c}_0{r}", 0)],
)
def test_altered_copies_of_nothing_that_is_there_are_told(folder_of, read, name, told):
    content = {f"{c}/{name.format(c=c, n=n, r=900 * n % 977 * 7)}.png": 50 * m + n
               for m, c in enumerate(("cat", "dog")) for n in range(1, 7 + m)}  # fmt: skip
    notes = [n for n in make_split(read(folder_of(content)), SplitSpec()).notes if "at random" in n]
    assert [int(note.split()[0]) for note in notes] == ([told] if told else [])
