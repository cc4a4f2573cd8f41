"""Images that nearly all have a companion by name stay with it in one part of the split, and a note says so."""

from dataclasses import replace

import pytest

from core.data.related.companions import companion_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.related.named import named
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


@pytest.mark.parametrize(
    ("form", "with_one", "without", "pairs"),
    [
        # a mask needs no share, but three
        ("{}_mask", 3, 9, 3), ("{}_mask", 2, 0, 0), ("{}_label", 3, 9, 3),
        # a word half of the images, a number nearly all
        ("{}_edges", 3, 3, 3), ("{}_edges", 3, 4, 0), ("{}_edges", 2, 0, 0),
        ("{}_2", 9, 1, 9), ("{}_2", 8, 1, 0), ("{}_2", 3, 0, 3), ("{}_2", 2, 0, 0),
        ("{}2", 9, 0, 0),  # a number that is not set apart is none
    ],
)  # fmt: skip
def test_how_many_images_must_have_a_companion(form, with_one, without, pairs):
    stems = [f"leaf{chr(97 + n)}" for n in range(with_one + without)]
    made = [form.format(stem) for stem in stems[:with_one]]
    groups, notes = companion_groups(named(*(f"cat/{stem}.png" for stem in (*stems, *made))))
    assert groups == tuple((n, with_one + without + n) for n in range(pairs))
    assert [note.split()[0] for note in notes] == [str(pairs)] * bool(pairs)


@pytest.mark.parametrize(("with_one", "without", "pairs"), [(4, 4, 4), (4, 5, 0), (3, 3, 3), (2, 0, 0)])
def test_a_place_is_believed_by_its_own_share(with_one, without, pairs):
    """Though most images of the data set have none."""
    cats = [f"cat/a{chr(97 + n)}{end}.png" for n in range(with_one) for end in ("", "_edges")]
    alone = [f"cat/b{chr(97 + n)}.png" for n in range(without)]
    dogs = [f"dog/a{chr(97 + n)}.png" for n in range(20)] + ["dog/aa_edges.png", "dog/ab_edges.png"]
    groups, _ = companion_groups(named(*dogs, *cats, *alone))
    assert groups == tuple((22 + 2 * n, 23 + 2 * n) for n in range(pairs))


def test_pairs_that_are_known_or_unused_are_not_told_again():
    dataset = named(*(f"cat/a{chr(97 + n)}{end}.png" for n in range(7) for end in ("", "_edges")))
    known = ((0, 1), (2, 4), (5, 12, 13))
    groups, (note,) = companion_groups(dataset, unused={6, 11}, known=known)
    assert groups == ((2, 3), (4, 5), (8, 9))
    assert note == (
        "3 images are called like another one with '_edges' behind its name, such as 'cat/ab_edges.png' and "
        "'cat/ab.png'; each pair stays in one part of the split. If they are no images of their own, such as masks or "
        "drawings, move them out of the class folders."
    )
    told = companion_groups(dataset, unused={6, 11}, known=known, dealt=False)
    assert (told[0], "'cat/ab.png'. If they" in told[1][0]) == (groups, True)


def test_where_companions_lie_beside_a_folder_of_images_is_told():
    names = [f"cat/{place}/{n}.png" for place in ("images", "enhanced") for n in range(3)]
    groups, (note,) = companion_groups(named(*names))
    assert groups == ((0, 3), (1, 4), (2, 5))
    assert note.startswith("3 images are called like another one in a folder beside theirs, such as 'cat/enhanced/0")
    (note,) = companion_groups(named(*(f"cat/{form}{c}.png" for form in ("", "small_") for c in "xyz")))[1]
    assert "'small_' before its name" in note


@pytest.mark.parametrize(
    ("image", "companion", "found"),
    [
        ("cat/{}.png", "cat/drawn/{}_edges.png", True),
        ("cat/{}.png", "cat/images/{}_edges.png", False),  # a folder of images has none above it
        ("cat/{}.png", "cat/raw/{}_edges.png", False),
        ("cat/all/{}.png", "cat/drawn/{}.png", True),
        ("cat/{}.png", "cat/DRAWN/{}_EDGES.PNG", True),
        ("CAT/{}.png", "CAT/{}_Edges.jpg", True),
        ("cat/in/{}.png", "cat/{}_edges.png", False),
        ("cat/photos/{}.png", "cat/drawn/{}.png", True),
        ("cat/in/{}.png", "cat/drawn/{}.png", False),
        ("cat/{}.png", "cat/drawn/{}.png", False),  # a name that is the same says nothing there
    ],
)
def test_where_the_companions_of_images_may_lie(image, companion, found):
    names = [form.format(stem) for stem in ("Ash", "Elm", "Oak") for form in (image, companion)]
    dataset = named(*names)
    groups, _ = companion_groups(dataset)
    assert groups == ((0, 1), (2, 3), (4, 5)) * found
    other = tuple(replace(item, label=index % 2) for index, item in enumerate(dataset.items))
    assert companion_groups(replace(dataset, items=other, classes=("cat", "dog")))[0] == ()


def test_images_right_in_the_data_folder_are_paired_once():
    dataset = named(*(f"{stem}{end}.png" for stem in ("ash", "elm", "oak") for end in ("", "_edges")))
    flat = replace(dataset, items=tuple(replace(item, label=0) for item in dataset.items))
    assert companion_groups(flat)[0] == ((0, 1), (2, 3), (4, 5))
