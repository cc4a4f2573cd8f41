"""Where the inner folders are the classes, images of one name in several outer folders stay in one part."""

import pytest

from core.data.related.variants import variant_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec

INNER = Reading(layout="inner")


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
