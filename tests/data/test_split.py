"""Splits: stratified, seeded, a function of content, and no image in two parts."""

from collections import Counter
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from core.data.audit import exact_groups, near_groups
from core.data.split import class_shares, make_split
from core.experiment import SplitSpec


def again(content, quality=40, scale=1.0):
    """The same image saved again as JPEG."""
    image = Image.open(BytesIO(content)).convert("RGB")
    out = BytesIO()
    image.resize((int(image.width * scale), int(image.height * scale))).save(out, "JPEG", quality=quality)
    return out.getvalue()


def digests(dataset, indices):
    return [dataset.items[index].digest for index in indices]


def parts_of(dataset, split):
    return {dataset.items[i].name: part for part in ("train", "val", "test") for i in getattr(split, part)}


def test_shares_per_class_and_every_image_in_one_part(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 20, "dog": 10})))
    split = make_split(dataset, SplitSpec(val=0.2, test=0.3))
    for part, cats, dogs in (("train", 10, 5), ("val", 4, 2), ("test", 6, 3)):
        assert Counter(dataset.items[i].label for i in getattr(split, part)) == {0: cats, 1: dogs}
    assert sorted((*split.train, *split.val, *split.test)) == list(range(30))
    assert (split.left_out, split.notes) == ((), ())


def test_the_seed_decides(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 12, "dog": 12})))
    one, same, other = (make_split(dataset, SplitSpec(seed=seed)) for seed in (1, 1, 2))
    assert one == same
    assert set(one.test) != set(other.test)


def test_names_and_their_order_do_not_matter(folder_of, read):
    first = read(
        folder_of({f"{c}/{n:02}.png": 50 * k + n for k, c in enumerate(("cat", "dog")) for n in range(9)}, "a")
    )
    second = read(
        folder_of({f"{c}/{99 - n}.png": 50 * k + n for k, c in enumerate(("cat", "dog")) for n in range(9)}, "b")
    )
    for part in ("train", "val", "test"):
        assert digests(first, getattr(make_split(first, SplitSpec()), part)) == digests(
            second, getattr(make_split(second, SplitSpec()), part)
        )


@pytest.mark.parametrize(
    ("count", "val", "test", "expected"),
    [
        (1, 0.2, 0.2, (0, 0, True)), (2, 0.2, 0.2, (1, 0, True)), (3, 0.2, 0.2, (1, 1, False)),
        (3, 0.05, 0.05, (1, 1, True)),
        (3, 0.6, 0.0, (2, 0, False)), (3, 0.6, 0.2, (1, 1, True)), (4, 0.4, 0.4, (2, 1, True)),
        (10, 0.2, 0.2, (2, 2, False)),
        (10, 0.2, 0.0, (2, 0, False)),
    ],
)  # fmt: skip
def test_the_rule_for_tiny_classes(count, val, test, expected):
    found = class_shares(count, val, test)
    assert found[2] == expected[2]
    assert count - found[0] - found[1] >= 1
    if count >= 3:
        assert found[0] >= 1
        assert (found[1] >= 1) == (test > 0)
    assert found == expected


def test_the_rule_for_tiny_classes_is_said(folder_of, read, many):
    split = make_split(read(folder_of(many({"cat": 20, "dog": 2, "emu": 1}))), SplitSpec())
    assert [note for note in split.notes if "'dog'" in note] == [
        "Class 'dog' is tiny (2 images): 1 train, 1 validate, 0 test."
    ]
    assert any("'emu' has only one image" in note for note in split.notes)


def test_of_two_equal_images_in_a_class_the_later_is_left_out(folder_of, read, many, image_bytes):
    # other bytes, same pixels as cat/00.png
    content = many({"cat": 5, "dog": 5}) | {"cat/copy.bmp": image_bytes(0, "BMP")}
    dataset = read(folder_of(content))
    assert [len(group) for group in exact_groups(dataset)] == [2]
    split = make_split(dataset, SplitSpec())
    assert [item.name for item in split.left_out] == ["cat/copy.bmp"]
    assert "the same image as cat/00.png" in split.left_out[0].reason


def test_one_image_under_two_labels_is_not_used_at_all(folder_of, read, many):
    split = make_split(read(folder_of(many({"cat": 5, "dog": 5}) | {"dog/cat.png": 0})), SplitSpec())
    assert {item.name for item in split.left_out} == {"cat/00.png", "dog/cat.png"}
    assert all("'cat' and 'dog'" in item.reason for item in split.left_out)


def test_in_a_divided_set_the_training_copy_is_left_out(folder_of, read):
    content = {"train/cat/1.png": 1, "train/cat/2.png": 2, "train/cat/3.png": 3,
               "train/dog/1.png": 4, "train/cat/4.png": 9,
               "val/cat/1.png": 2, "val/cat/2.png": 3, "val/dog/1.png": 5,
               "test/cat/1.png": 1, "test/cat/2.png": 3, "test/dog/1.png": 6, "test/dog/2.png": 6}  # fmt: skip
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec())
    assert {item.name for item in split.left_out} == {
        "train/cat/1.png",
        "train/cat/2.png",
        "train/cat/3.png",
        "val/cat/2.png",
    }
    assert "the same image as test/cat/1.png in the test part" in split.left_out[0].reason
    seen = [set(digests(dataset, getattr(split, part))) for part in ("train", "val", "test")]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    assert parts_of(dataset, split)["test/dog/2.png"] == "test"


def test_near_duplicates_stay_on_one_side(folder_of, read, many, image_bytes):
    content = many({"cat": 8, "dog": 8})
    content |= {f"cat/again-{n}.jpg": again(image_bytes(n), scale=1 + n % 2) for n in range(8)}
    dataset = read(folder_of(content))
    names = [{dataset.items[i].name for i in group} for group in near_groups(dataset)]
    assert sorted(map(sorted, names)) == [sorted((f"cat/{n:02}.png", f"cat/again-{n}.jpg")) for n in range(8)]
    for seed in range(5):
        where = parts_of(dataset, make_split(dataset, SplitSpec(seed=seed)))
        assert all(where[f"cat/{n:02}.png"] == where[f"cat/again-{n}.jpg"] for n in range(8))
        assert len(where) == 24


def test_in_a_divided_set_the_near_training_copy_is_left_out(folder_of, read, image_bytes):
    content = {"train/cat/1.png": 1, "train/cat/2.png": 2, "train/dog/1.png": 3, "train/cat/1-copy.png": 1,
               "val/cat/1.jpg": again(image_bytes(2)), "val/dog/1.png": 4,
               "test/cat/1.jpg": again(image_bytes(1))}  # fmt: skip
    split = make_split(read(folder_of(content)), SplitSpec())
    assert {item.name for item in split.left_out} == {"train/cat/1.png", "train/cat/2.png", "train/cat/1-copy.png"}
    assert "nearly the same image as test/cat/1.jpg" in split.left_out[0].reason


def test_a_class_of_one_scene_is_never_a_test_and_it_is_said(folder_of, read, many, image_bytes):
    content = many({"dog": 6}) | {f"cat/{n}.jpg": again(image_bytes(77), quality=90 - 8 * n) for n in range(6)}
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec())
    assert set(parts_of(dataset, split).values()) == {"train", "val", "test"}
    assert Counter(part for name, part in parts_of(dataset, split).items() if "cat" in name) == {
        "train": 5,
        "val": 1,
    }
    assert any("'cat' look nearly the same" in note for note in split.notes)


@pytest.mark.parametrize("sample", ["stamps", "signs"])
def test_no_two_sample_images_are_taken_for_one(read, sample):
    dataset = read(f"sample:{sample}")
    assert near_groups(dataset) == ()
    assert exact_groups(dataset) == ()


def test_images_of_one_even_surface_are_not_near_duplicates(folder_of, read):
    import numpy as np

    def surface(seed):
        pixels = np.clip(np.random.default_rng(seed).normal(128, 20, (64, 64, 3)), 0, 255).astype(np.uint8)
        out = BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        return out.getvalue()

    content = {f"{c}/{n}.png": surface(10 * k + n) for k, c in enumerate(("good", "bad")) for n in range(8)}
    assert near_groups(read(folder_of(content))) == ()


def test_without_a_validation_folder_some_training_images_validate(folder_of, read, many):
    content = {f"train/{name}": seed for name, seed in many({"cat": 10, "dog": 10}).items()} | {"test/cat/1.png": 500}
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec(val=0.2))
    assert split.sizes == {"train": 16, "val": 4, "test": 1}
    assert any("4 of the training images" in note for note in split.notes)


def test_without_a_test_folder_there_is_no_test(folder_of, read):
    content = {"train/cat/1.png": 1, "train/dog/1.png": 2, "val/cat/1.png": 3, "val/dog/1.png": 4}
    split = make_split(read(folder_of(content)), SplitSpec())
    assert split.sizes == {"train": 2, "val": 2, "test": 0}
    assert any("no test part" in note for note in split.notes)


def test_many_near_pairs_are_grouped_quickly(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 4, "dog": 4})))
    item = dataset.items[0]
    items = tuple(replace(item, name=str(n), digest=str(n)) for n in range(600)) + dataset.items[4:]
    assert [len(group) for group in near_groups(replace(dataset, items=items))] == [600]


def test_copies_among_the_training_images_do_not_come_to_validate(folder_of, read, many, image_bytes):
    content = {f"train/{name}": data for name, data in many({"dog": 6, "cat": 6}).items()}
    content |= {f"train/dog/copy{n}.jpg": image_bytes(500) for n in range(4)} | {
        "test/dog/t.jpg": image_bytes(900),
        "test/cat/t.jpg": image_bytes(901),
    }
    dataset = read(folder_of(content))
    for seed in range(20):
        split = make_split(dataset, SplitSpec(seed=seed))
        digests = [{dataset.items[i].digest for i in part} for part in (split.train, split.val, split.test)]
        assert not digests[0] & digests[1]
        assert sum("copy" in left.name for left in split.left_out) == 3


def test_a_given_part_of_one_class_alone_is_told(folder_of, read, image_bytes):
    content = {f"train/{label}/{n}.png": image_bytes(10 * n + ord(label)) for label in "ab" for n in range(4)}
    tested = {f"test/a/{n}.png": image_bytes(200 + n) for n in range(3)}
    (note,) = [note for note in make_split(read(folder_of(content | tested)), SplitSpec()).notes if "All 3" in note]
    assert note.startswith("All 3 test images are of the class 'a'.")
    both = tested | {"test/b/9.png": image_bytes(250)}
    assert not any("All" in note for note in make_split(read(folder_of(content | both)), SplitSpec()).notes)
