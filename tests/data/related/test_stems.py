"""Images that share a stem and differ in one of a few words behind it stay in one part of the split."""

import pytest

from core.data.related.stems import stem_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.related.test_versions import content


def shared(split):
    return [note for note in split.notes if "share" in note]


@pytest.mark.parametrize(
    "forms",
    [
        ("{}_original", "{}_cropped"), ("{}_01_a", "{}_01_b"), ("{} (rgb)", "{} (uv)"), ("{}a", "{}b", "{}c"),
        ("{}-v1", "{}-v2"), ("{}.pre", "{}.post", "{}.later"),
    ],
)  # fmt: skip
def test_images_of_one_stem_stay_together(folder_of, read, forms):
    stems = [f"leaf{n}" for n in range(7)]
    dataset = read(folder_of(content([f"{form.format(stem)}.png" for stem in stems for form in forms])))
    split = make_split(dataset, SplitSpec())
    (note,) = shared(split)
    assert note.startswith(f"{14 * len(forms)} images share their names")
    assert "stays in one part" in note
    assert "give them other names" in note
    for label in ("cat", "dog"):
        for stem in stems:
            group = {f"{label}/{form.format(stem)}.png" for form in forms}
            assert any(
                group <= {dataset.items[index].name for index in part} for part in (split.train, split.val, split.test)
            )


@pytest.mark.parametrize(
    "names",
    [
        [f"cat_{n}.png" for n in range(9)],
        [f"{breed}_{n}.png" for breed in ("tabby", "siamese") for n in range(5)],
        [f"{n}_{breed}.png" for n, breed in enumerate(["tabby", "siamese"] * 5)],  # each stem once
        [f"leaf{n}_pre.png" for n in range(8)] + ["leaf1_post.png", "leaf2_post.png", "leaf3_post.png"],
        [f"leaf{n}_{word}.png" for n in range(2) for word in ("pre", "post")],  # too few
        [f"leaf{n}_{word}.png" for n in range(3) for word in "abcdefg"],  # too many
        [f"{n}.png" for n in range(20)] + [f"leaf{n}_{word}.png" for n in range(4) for word in ("pre", "post")],
    ],
)
def test_other_names_share_no_stem(folder_of, read, names):
    dataset = read(folder_of(content(names)), reading=Reading(layout="folders"))
    assert stem_groups(dataset) == ((), [])


def test_a_stem_in_several_classes_is_told_and_not_grouped(folder_of, read):
    table = "image,level\n" + "".join(
        f"{n}_{side}.png,{(n + (side == 'right') * (n > 3)) % 3}\n" for n in range(12) for side in ("left", "right")
    )
    files = {f"{n}_{side}.png": 2 * n + (side == "right") for n in range(12) for side in ("left", "right")}
    dataset = read(folder_of(files | {"labels.csv": table.encode()}))
    split = make_split(dataset, SplitSpec())
    (note,) = [note for note in shared(split) if "different classes" in note]
    assert "the scores may be too good" in note
    assert all(len({dataset.kinds[index] for index in group}) == 1 for group in stem_groups(dataset)[0])


def test_the_class_behind_a_number_is_no_stem(folder_of, read):
    table = "image,level\n" + "".join(f"{n}_{word}.png,{word}\n" for n in range(9) for word in ("cat", "dog"))
    files = {f"{n}_{word}.png": 2 * n + (word == "dog") for n in range(9) for word in ("cat", "dog")}
    split = make_split(read(folder_of(files | {"labels.csv": table.encode()})), SplitSpec())
    assert not shared(split)
