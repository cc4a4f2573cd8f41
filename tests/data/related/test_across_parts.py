"""Versions of one image in several given parts are told; the parts are kept."""

import pytest

from core.data.related.across_parts import across_parts_notes
from core.data.split import make_split
from core.experiment import SplitSpec
from tests.data.related.test_counterparts import HASHES, altered

PARTS = ("train", "train", "val", "test")


def spread(form, made, second=altered, apart=1, count=17):
    """Images by number in one part, and what was made of them in the next but `apart`."""
    found = {}
    for place, label in enumerate(("cat", "dog")):
        for number in range(1, count - 4 * place):
            seed = 100 * place + number
            words = {"c": label, "i": number, "h": HASHES[number]}
            found[f"{PARTS[number % 4]}/{form.format(**words)}"] = seed
            found[f"{PARTS[(number + apart) % 4]}/{made.format(**words)}"] = second(seed)
    return found


def told(dataset):
    split = make_split(dataset, SplitSpec())
    return [note for note in split.notes if "images in different parts are called like versions" in note]


@pytest.mark.parametrize(
    ("form", "made"),
    [
        ("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}_aug.png"),
        ("{c}/{h}.png", "{c}/{h}_aug.png"),
        ("{c}/IMG_{i:04}_jpg.rf.{h}a.png", "{c}/IMG_{i:04}_jpg.rf.{h}b.png"),
        ("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}.png"),
        ("{c}/IMG_{i:04}.png", "{c}/crop/IMG_{i:04}.png"),
    ],
)
def test_versions_in_other_parts_are_told(folder_of, read, form, made):
    dataset = read(folder_of(spread(form, made)))
    before = {item.name: item.part for item in dataset.items}
    (note,) = told(dataset)
    assert note.split()[0] in ("42", "44", "48")
    assert "scores will be too good" in note
    split = make_split(dataset, SplitSpec())
    assert {before[dataset.items[index].name] for index in split.test} == {"test"}


def test_versions_in_their_own_part_and_parts_that_count_for_themselves_are_not(folder_of, read):
    own = spread("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}_aug.png", apart=0)
    assert told(read(folder_of(own, "own"))) == []
    counted = {
        f"{part}/{c}/{n}{end}.png": 1000 * p + 200 * m + 2 * n + (end != "")
        for p, (part, count) in enumerate((("train", 30), ("val", 11), ("test", 12)))
        for m, c in enumerate(("cat", "dog"))
        for n in range(1, count)
        for end in ("", "_aug")[: 1 + (part == "train" and n < 20)]
    }
    assert told(read(folder_of(counted, "counted"))) == []


RUNNING = ("{c}/{p}_{i}.png", "{c}/{p}{c}{i}.png", "{c}/{c}_{p}_{i:05}.png", "{c}/{p}-image ({i}).png")


@pytest.mark.parametrize("form", RUNNING)
def test_names_of_parts_and_running_numbers_are_no_versions(folder_of, read, form):
    made = {
        f"{part}/{form.format(c=label, p=part, i=number)}": 1000 * place + 200 * other + number
        for place, (part, count) in enumerate((("train", 31), ("val", 11), ("test", 13)))
        for other, label in enumerate(("cat", "dog"))
        for number in range(count - 3 * other)
    }
    assert told(read(folder_of(made))) == []


@pytest.mark.parametrize("form", RUNNING)
def test_unless_their_images_go_together(folder_of, read, form):
    made = {
        f"{part}/{form.format(c=label, p=part, i=number)}": seed if part == "train" else altered(seed)
        for part in ("train", "test")
        for other, label in enumerate(("cat", "dog"))
        for number in range(24 - 3 * other)
        for seed in [200 * other + number]
    }
    (note,) = told(read(folder_of(made)))
    assert "scores will be too good" in note


def test_a_number_is_counted_in_the_class_of_its_image_alone(folder_of, read):
    made = {
        f"{part}/{label}/{'lion' if label == 'cat' else 'wolf'}_{number}{end}.png": 1000 * place + 200 * other + number
        for place, (part, end) in enumerate((("train", ""), ("test", "_aug")))
        for other, label in enumerate(("cat", "dog"))
        for number in range(2, 16 - 3 * other)
    }
    assert len(told(read(folder_of(made)))) == 1


@pytest.mark.parametrize(("one", "other"), [("K\u00fcche", "Ku\u0308che"), ("Dog", "dog "), ("B\u00fcro", "B\u00fcro")])
def test_a_class_that_is_written_in_two_ways_is_no_sign_of_versions(folder_of, read, one, other):
    content = {}
    for k, (part, first, count) in enumerate((("train", one, 12), ("test", other, 5))):
        for m, label in enumerate((first, "cat")):
            content |= {f"{part}/{label}/img_{n:04}.png": 300 * k + 40 * m + n for n in range(count)}
    dataset = read(folder_of(content))
    assert len(dataset.classes) == 2
    assert not across_parts_notes(dataset)
