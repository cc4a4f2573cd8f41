"""Images that nearly all have a companion by name stay with it in one part of the split, and a note says so."""

import pytest

from core.data.related.companions import companion_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.related.test_versions import content


def noted(split):
    return [note for note in split.notes if "called like another one" in note]


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ("{}_edges", "'_edges' behind"), ("{}-v2", "'-v2' behind"), ("small_{}", "'small_' before"),
        ("{}_2", "'_2' behind"), ("{} (stained)", "' (stained)' behind"), ("{}Depthmap", "'depthmap' behind"),
    ],
)  # fmt: skip
def test_companions_stay_with_their_image(folder_of, read, form, where):
    stems = [f"leaf{n}" for n in range(6)]
    names = [f"{name}.png" for stem in stems for name in (stem, form.format(stem))]
    dataset = read(folder_of(content(names) | {"dog/alone.png": 90}))
    split = make_split(dataset, SplitSpec())
    (note,) = noted(split)
    assert note.startswith("12 images")
    assert where in note
    assert "move them out" in note
    for label in ("cat", "dog"):
        for stem in stems:
            pair = {f"{label}/{stem}.png", f"{label}/{form.format(stem)}.png"}
            assert any(
                pair <= {dataset.items[index].name for index in part} for part in (split.train, split.val, split.test)
            )


@pytest.mark.parametrize(
    "names",
    [
        [f"img_{n}.png" for n in range(12)],
        [f"{n}.png" for n in range(8)] + [f"{n}_2.png" for n in range(4)],  # half of them: a count
        [f"leaf{n}.png" for n in range(9)] + ["leaf1_edges.png", "leaf2_edges.png"],
        [f"leaf{n}.png" for n in range(9)] + [f"leaf{n}_v{n}.png" for n in range(9)],  # another word each
        [f"leaf{n}b.png" for n in range(4)] + [f"leaf{n}.png" for n in range(9)],
        [f"leaf{n}2.png" for n in range(6)] + [f"leaf{n}.png" for n in range(6)],
    ],
)
def test_other_names_have_none(folder_of, read, names):
    assert companion_groups(read(folder_of(content(names)))) == ((), [])


def test_companions_of_one_class_alone_are_enough(folder_of, read):
    names = content([f"a{n}{end}.png" for n in range(4) for end in ("", "_sketch")], ("cat",))
    more = {f"dog/{n}.png": 50 + n for n in range(9)} | {f"dog/{n}_x.png": 70 + n for n in range(2)}
    groups, notes = companion_groups(read(folder_of(names | more)))
    assert sorted(map(len, groups)) == [2] * 4
    assert [note[:8] for note in notes] == ["4 images"]


@pytest.mark.parametrize(
    ("place", "form", "count"),
    [("cat/drawn", "{}_drawn", 5), ("cat/drawn", "{}_2", 0), ("cat/day 2", "{}_drawn", 0), ("dog", "{}_drawn", 0)],
)
def test_companions_may_lie_in_a_folder_below(folder_of, read, place, form, count):
    names = {f"cat/a{n}.png": n for n in range(5)} | {f"{place}/{form.format(f'a{n}')}.png": 9 + n for n in range(5)}
    assert len(companion_groups(read(folder_of(names | {"dog/b.png": 20})))[0]) == count


@pytest.mark.parametrize(("one", "count"), [("original", 6), ("rgb", 6), ("day 1", 0), ("sunny", 0)])
def test_companions_may_lie_beside_a_folder_of_images(folder_of, read, one, count):
    names = [f"{place}/{n}.png" for place in (one, "enhanced") for n in range(3)]
    dataset = read(folder_of(content(names)), reading=Reading(layout="folders"))
    assert len(companion_groups(dataset)[0]) == count


def test_who_divides_himself_is_only_told(folder_of, read):
    names = [f"a{n}{end}.png" for n in range(3) for end in ("", "_sketch")]
    whole = content(names, ("train/cat", "train/dog", "val/cat", "val/dog"))
    (note,) = noted(make_split(read(folder_of(whole)), SplitSpec()))
    assert note.startswith("12 images")
    assert "stays" not in note
    kept = make_split(read(folder_of(content(names), "b")), SplitSpec(near_copies="keep"))
    assert [note[:8] for note in noted(kept)] == ["6 images"]
