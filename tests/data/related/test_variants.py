"""Where the inner folders are the classes, images of one name in several outer folders stay in one part."""

from dataclasses import replace
from functools import partial

import pytest

from core.data.related.variants import variant_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.related.named import named

INNER = Reading(layout="inner")
of_inner = partial(named, label_at=1, layout="inner")


def variants(folders, forms, count=7):
    names = [
        f"{folder}/{label}/{form.format(number)}.png"
        for label in ("cat", "dog")
        for number in range(count)
        for folder, form in zip(folders, forms, strict=True)
    ]
    return {name: seed for seed, name in enumerate(names)}


@pytest.mark.parametrize(
    ("folders", "forms"),
    [
        (("color", "segmented", "thermal"), ("{}", "{}", "{}")),
        (("color", "segmented"), ("cat_{}", "cat_{}_final_masked")),
        (("raw", "edges"), ("leaf {}", "edges_leaf {}")),
        (("original", "augmented"), ("a{}", "a{}_aug3")),
        (("original", "augmented"), ("a{}", "a{}_jpg.rf.ab12cd34ef56ab12cd34ef56ab12cd34")),
        (("original", "augmented"), ("a{}", "a{}_0_4521")),
        (("original", "resized"), ("a_{}", "a_{:04}")),
    ],
)
def test_variants_of_one_image_stay_together(folder_of, read, folders, forms):
    dataset = read(folder_of(variants(folders, forms)), reading=INNER)
    split = make_split(dataset, SplitSpec())
    (note,) = [note for note in split.notes if "same name in several folders" in note]
    assert note.startswith(f"{14 * len(folders)} images")
    assert "stays in one part" in note
    for label in ("cat", "dog"):
        for number in range(7):
            group = {f"{folder}/{label}/{f.format(number)}.png" for folder, f in zip(folders, forms, strict=True)}
            assert any(
                group <= {dataset.items[index].name for index in part} for part in (split.train, split.val, split.test)
            )


@pytest.mark.parametrize(
    ("folders", "forms"),
    [
        (("fold1", "fold2"), ("{}", "{}")),  # counted anew
        (("day 1", "day 2"), ("{}", "{}")),
        (("color", "segmented"), ("a{}", "b{}")),
        (("color", "segmented"), ("a{}", "a{}_2")),  # a count
    ],
)
def test_other_folders_hold_no_variants(folder_of, read, folders, forms):
    assert variant_groups(read(folder_of(variants(folders, forms)), reading=INNER)) == ((), [])


def test_only_who_reads_the_inner_folders_has_variants(folder_of, read):
    dataset = read(folder_of(variants(("color", "depth"), ("{}", "{}"))), reading=Reading(layout="folders"))
    assert variant_groups(dataset) == ((), [])


def test_one_name_in_every_folder_tells_nothing(folder_of, read):
    files = {f"{top}/{label}/img.png": 3 * n + m for n, top in enumerate("rst") for m, label in enumerate(("a", "b"))}
    assert variant_groups(read(folder_of(files), reading=INNER)) == ((), [])


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        # half of the smaller folder, however large the other one is; zeros leave nothing else to tell them by
        (("1", "01", "2", "02", "x", "y"), (*"abcdefgh", "1", "01", "2", "02"), 4),
        (("1", "01", "2", "x", "y", "z"), (*"abcdefgh", "1", "01", "2"), 3),
        (("1", "01", "2", "02", "x", "y", "z", "u", "v"), (*"abcdefghi", "1", "01", "2", "02"), 0),
        (("1", "01"), ("1", "01"), 0),  # too few
        (("1", "01", "2"), ("1", "01", "2"), 3),
        # a word more in half of the names
        (("1", "2", "3"), ("1_warm", "2_warm", "3_warm", "u", "v", "w"), 3),
        (("1", "2", "3"), ("1_warm", "2_warm", "3_warm", "u", "v", "w", "z"), 0),
        (("A1", "A2", "A3"), ("a1_warm", "A2_Warm", "a3_WARM"), 3),
        (("1", "2"), ("1_warm", "2_warm"), 0),
        (("1", "2", "3"), ("1_warm", "2_warm", "3_cold"), 0),  # another word each
        # what a tool has made, in half of the names
        (("a1", "a2", "a3"), ("a1_0_41", "a2_0_42", "a3_0_43", "u", "v", "w"), 3),
        (("a1", "a2", "a3"), ("a1_0_41", "a2_0_42", "a3_0_43", "u", "v", "w", "z"), 0),
        (("a1", "a2"), ("a1_0_41", "a2_0_42"), 0),
        (("a1", "a01", "a3", "a4", "a5"), ("a1_0_41", "a3_0_43", "a4_0_44"), 0),  # of which of both is not told
    ],
)  # fmt: skip
def test_half_of_the_names_and_three_are_enough(one, other, pairs):
    for first, second in (("r", "s"), ("s", "r")):
        dataset = of_inner(
            *(f"{first}/cat/{name}.png" for name in one), *(f"{second}/cat/{name}.png" for name in other)
        )
        groups, notes = variant_groups(dataset)
        assert sorted(map(len, groups)) == [2] * pairs
        assert len(notes) == bool(pairs)


@pytest.mark.parametrize(("folders", "found"), [(1, False), (2, True), (12, True), (13, False)])
def test_from_two_to_twelve_folders_are_compared(folders, found):
    dataset = of_inner(*(f"{chr(107 + top)}/cat/a{n}.png" for top in range(folders) for n in range(3)))
    groups, _ = variant_groups(dataset)
    assert [len(group) for group in groups] == [folders] * 3 * found


def test_only_images_of_one_class_place_and_part_belong_together():
    names = [f"{top}/{place}/a{n}.png" for top in "rs" for place in ("near", "far") for n in range(3)]
    dataset = of_inner(*names)
    dataset = replace(dataset, items=tuple(replace(item, label=0) for item in dataset.items))
    assert variant_groups(dataset)[0] == ((0, 6), (1, 7), (2, 8), (3, 9), (4, 10), (5, 11))
    other = replace(dataset, items=tuple(replace(item, label=index // 6) for index, item in enumerate(dataset.items)))
    assert variant_groups(other)[0] == ()
    parts = replace(
        dataset,
        items=tuple(replace(item, part=("val", "test")[index // 6]) for index, item in enumerate(dataset.items)),
    )
    assert variant_groups(parts)[0] == ()
    upper = replace(dataset, items=tuple(
        replace(item, name=item.name.upper() if item.name.startswith("r") else item.name) for item in dataset.items
    ))  # fmt: skip
    assert len(variant_groups(upper)[0]) == 6


def test_what_is_known_or_unused_is_not_told_again_and_who_divides_himself_is_only_told():
    dataset = of_inner(*(f"{top}/cat/a{n}.png" for top in "rs" for n in range(5)))
    known = ((0, 5), (1, 2), (3, 9))
    groups, (note,) = variant_groups(dataset, unused={4}, known=known)
    assert groups == ((1, 6), (2, 7), (3, 8))
    assert note == (
        "6 images of one class have the same name in several folders, such as 'r/cat/a1.png' and 's/cat/a1.png'; each "
        "group stays in one part of the split. If they have nothing to do with one another, give them names of their "
        "own."
    )
    (note,) = variant_groups(dataset, known=known, dealt=False)[1]
    assert "'s/cat/a1.png'; they may be variants of one image. If" in note


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        (("rgb", "cutout"), True), (("split1", "split2"), False), (("cv1", "cutout"), False), (("test", "rgb"), False),
        (("week 3", "rgb"), False), (("rgb", "valid"), False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["inner", "innermost"])
def test_parts_folds_and_groups_are_no_variants(folders, found, layout):
    dataset = named(*(f"{top}/cat/a{n}.png" for top in folders for n in range(3)), label_at=1, layout=layout)
    assert bool(variant_groups(dataset)[0]) is found
