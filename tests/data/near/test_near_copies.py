"""Near copies: by label, before a fixed camera, with the switch, and what a person says about them."""

from collections import Counter
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.near import former
from core.data.near.duplicates import BYTES, find_near
from core.data.split import make_former_split, make_split
from core.errors import InvalidExperiment
from core.experiment import Experiment, Phase, SplitSpec


def again(content, quality=40, scale=1.0):
    """The same image saved again as JPEG."""
    image = Image.open(BytesIO(content)).convert("RGB")
    out = BytesIO()
    image.resize((int(image.width * scale), int(image.height * scale))).save(out, "JPEG", quality=quality)
    return out.getvalue()


def part(seed, *, scratched, noise=3.0, light=2.0):
    """A round part before a fixed camera: its own noise and light, and maybe a scratch of its own."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (112, 112), (118, 122, 126))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 95, 95), fill=(168, 170, 174), outline=(60, 60, 60), width=2)
    if scratched:
        x, y, angle = *rng.uniform(35, 80, 2), rng.uniform(0, np.pi)
        draw.line((x, y, x + 22 * np.cos(angle), y + 22 * np.sin(angle)), fill=(230, 60, 40), width=2)
    pixels = np.asarray(image) + rng.normal(0, noise, (112, 112, 3)) + rng.normal(0, light)
    out = BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def parts_before_a_camera(good, scratched, where=""):
    return {f"{where}good/{n:02}.jpg": part(n, scratched=False) for n in range(good)} | {
        f"{where}scratched/{n:02}.jpg": part(500 + n, scratched=True) for n in range(scratched)
    }


def used(dataset, split):
    return {dataset.items[i].name: name for name in ("train", "val", "test") for i in getattr(split, name)}


def one_label_each(dataset, groups):
    return all(len({dataset.items[i].label for i in group}) == 1 for group in groups)


def test_a_fixed_camera_loses_no_image_and_both_classes_are_measured(folder_of, read):
    dataset = read(folder_of(parts_before_a_camera(22, 18)))
    split = make_split(dataset, SplitSpec())
    assert split.sizes == {"train": 24, "val": 8, "test": 8}
    assert Counter(dataset.items[i].label for i in split.test) == {0: 4, 1: 4}
    assert one_label_each(dataset, split.near.groups)
    assert [len(scene) for scene in split.near.scenes] == [40]
    assert any("40 images of 'good' and 'scratched' show one scene" in note for note in split.notes)


def test_a_fixed_camera_that_came_divided_keeps_its_parts_whole(folder_of, read):
    content = {}
    for number, (where, good, scratched) in enumerate((("train/", 12, 10), ("val/", 4, 3), ("test/", 6, 5))):
        for n in range(good):
            content[f"{where}good/{n}.jpg"] = part(100 * number + n, scratched=False)
        for n in range(scratched):
            content[f"{where}scratched/{n}.jpg"] = part(1000 + 100 * number + n, scratched=True)
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec())
    assert sum(split.sizes.values()) >= 38
    former = make_former_split(dataset, SplitSpec())  # this is what it was like
    assert sum(former.sizes.values()) < 20


def test_good_parts_alone_that_came_divided_are_a_scene_too(folder_of, read, many):
    content = {f"train/good/{n}.jpg": part(n, scratched=False) for n in range(10)}
    content |= {f"test/good/{n}.jpg": part(40 + n, scratched=False) for n in range(4)}
    content |= {f"train/{name}": seed for name, seed in many({"broken": 6}).items()}
    dataset = read(folder_of(content))
    assert make_split(dataset, SplitSpec()).left_out == ()


def test_a_copy_of_a_scratched_part_is_found_before_a_fixed_camera(folder_of, read):
    content = parts_before_a_camera(22, 18)
    copied = range(0, 18, 2)
    for n in copied:
        content[f"scratched/{n:02}-again.jpg"] = again(content[f"scratched/{n:02}.jpg"], quality=60)
    dataset = read(folder_of(content))
    groups = [sorted(dataset.items[i].name for i in group) for group in find_near(dataset).groups]
    right = [group for group in groups if len(group) == 2 and group[0] == group[1].replace(".jpg", "-again.jpg")]
    assert len(right) >= 3
    assert len(groups) - len(right) <= 1


@pytest.mark.parametrize("frames", [5, 9])
def test_frames_of_one_thing_stay_together(folder_of, read, image_bytes, frames):
    rng = np.random.default_rng(0)
    content = {}
    for scene in range(6):
        base = np.asarray(Image.open(BytesIO(image_bytes(scene, side=96)))).astype(float)
        for frame in range(frames):
            moved = np.roll(base, frame % 2, axis=1) + rng.normal(0, 4, base.shape)
            out = BytesIO()
            Image.fromarray(np.clip(moved, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
            content[f"{('cat', 'dog')[scene % 2]}/{scene}-{frame}.jpg"] = out.getvalue()
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec())
    where = used(dataset, split)
    assert len(where) == 6 * frames
    for scene in range(6):
        assert len({part for name, part in where.items() if f"/{scene}-" in name}) == 1


def test_near_copies_under_two_labels_are_used_told_and_never_one_unit(folder_of, read, many, image_bytes):
    dataset = read(folder_of(many({"cat": 9, "dog": 7}) | {"dog/cat.jpg": again(image_bytes(2))}))
    split = make_split(dataset, SplitSpec())
    assert len(used(dataset, split)) == 17
    assert split.near.groups == ()
    assert [{dataset.items[i].name for i in pair} for pair in split.near.conflicts] == [{"cat/02.png", "dog/cat.jpg"}]
    assert any("2 images look nearly like one of another class; all are used" in note for note in split.notes)


def test_across_parts_of_a_divided_set_another_label_is_never_left_out(folder_of, read, many, image_bytes):
    content = {f"train/{name}": seed for name, seed in many({"cat": 6, "dog": 5}).items()}
    content |= {"test/dog/1.jpg": again(image_bytes(0)), "test/dog/2.jpg": again(image_bytes(8)), "test/cat/1.png": 90}
    split = make_split(read(folder_of(content)), SplitSpec())
    assert [one.name for one in split.left_out] == ["train/dog/02.png"]


def test_the_switch(folder_of, read, many, image_bytes):
    content = many({"cat": 9, "dog": 7}) | {"cat/small.jpg": again(image_bytes(3), quality=90, scale=0.75)}
    dataset = read(folder_of(content))
    group, drop, keep = (make_split(dataset, SplitSpec(near_copies=how)) for how in ("group", "drop", "keep"))
    assert [one.name for one in drop.left_out] == ["cat/small.jpg"]  # the larger one is used
    assert "nearly the same image as cat/03.png" in drop.left_out[0].reason
    assert group.left_out == keep.left_out == ()
    for seed in range(30):
        where = used(dataset, make_split(dataset, SplitSpec(seed=seed, near_copies="group")))
        assert where["cat/small.jpg"] == where["cat/03.png"]
    apart = [used(dataset, make_split(dataset, SplitSpec(seed=seed, near_copies="keep"))) for seed in range(30)]
    assert any(where["cat/small.jpg"] != where["cat/03.png"] for where in apart)
    assert any("the measured scores may be too good" in note for note in keep.notes)


def test_the_switch_in_a_divided_set(folder_of, read, many, image_bytes):
    content = {f"train/{name}": seed for name, seed in many({"cat": 8, "dog": 6}).items()}
    content |= {"val/cat/1.png": 60, "val/dog/1.png": 61, "test/cat/1.jpg": again(image_bytes(5)), "test/dog/1.png": 62}
    dataset = read(folder_of(content))
    for how in ("group", "drop"):
        split = make_split(dataset, SplitSpec(near_copies=how))
        assert [one.name for one in split.left_out] == ["train/cat/05.png"]
    assert make_split(dataset, SplitSpec(near_copies="keep")).left_out == ()


def test_a_class_that_would_lose_most_of_its_training_gives_up_the_test_copies(folder_of, read, many, image_bytes):
    content = {f"train/cat/{n}.jpg": again(image_bytes(70), quality=90 - 9 * n) for n in range(5)}
    content |= {f"train/{name}": seed for name, seed in many({"dog": 6}).items()}
    content |= {"test/cat/1.png": 70, "test/cat/2.png": 71, "test/dog/1.png": 72}
    split = make_split(read(folder_of(content)), SplitSpec())
    assert [one.name for one in split.left_out] == ["test/cat/1.png"]
    assert any("'cat' look nearly like" in note and "1 of those is left out instead" in note for note in split.notes)


@pytest.mark.parametrize("by", ["name", "digest", "short digest"])
def test_what_a_person_says_is_different_stays_apart(folder_of, read, many, image_bytes, by):
    dataset = read(folder_of(many({"cat": 9, "dog": 7}) | {"cat/again.jpg": again(image_bytes(3))}))
    item = next(item for item in dataset.items if item.name == "cat/again.jpg")
    entry = {"name": item.name, "digest": item.digest, "short digest": item.digest[:12]}[by]
    assert len(make_split(dataset, SplitSpec()).near.groups) == 1
    said = make_split(dataset, SplitSpec(near_copies="drop", distinct=(entry,)))
    assert (said.near.groups, said.left_out) == ((), ())


def test_a_different_image_that_is_not_there_is_told(folder_of, read, many):
    split = make_split(read(folder_of(many({"cat": 5, "dog": 4}))), SplitSpec(distinct=("cat/gone.png", "abc")))
    assert sum("no image has this name or digest" in note for note in split.notes) == 2


def test_what_was_written_before_there_was_a_choice_keeps_its_digest():
    plain = SplitSpec(val=0.3, seed=4)
    assert plain.model_dump() == {"val": 0.3, "test": 0.2, "seed": 4}
    other = SplitSpec(near_copies="drop", distinct=("cat/1.png",))
    assert other.model_dump()["near_copies"] == "drop"
    phases = (Phase(stages=("head",), epochs=1),)
    made = Experiment(data={"source": "sample:stamps", "split": other}, phases=phases)
    assert Experiment.from_text(made.to_yaml()) == made
    with pytest.raises(InvalidExperiment, match="'group', 'drop' or 'keep'"):
        Experiment.parse({"data": {"source": "x", "split": {"near_copies": "merge"}}, "phases": phases})


def test_runs_of_before_keep_a_pair_in_one_part(folder_of, read, many, image_bytes):
    dataset = read(folder_of(many({"cat": 9, "dog": 7}) | {"cat/again.jpg": again(image_bytes(3))}))
    (pair,) = former.near_groups(dataset)
    assert [dataset.items[i].name for i in pair] == ["cat/03.png", "cat/again.jpg"]
    for seed in range(6):
        where = used(dataset, make_former_split(dataset, SplitSpec(seed=seed)))
        assert where["cat/03.png"] == where["cat/again.jpg"]
        assert len(where) == 17


def synthetic(dataset, count, labels):
    """So many images of one scene, each with its own noise."""
    rng = np.random.default_rng(0)
    base = rng.integers(30, 220, BYTES)
    views = np.clip(base + rng.normal(0, 4, (count, BYTES)), 0, 255).astype(np.uint8)
    items = tuple(
        replace(dataset.items[0], name=str(n), digest=f"{n:064}", label=n % labels, thumbnail=view.tobytes())
        for n, view in enumerate(views)
    )
    return replace(dataset, items=items)


@pytest.mark.parametrize("labels", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_million_near_pairs_are_never_listed(folder_of, read, many, labels):
    near = find_near(synthetic(read(folder_of(many({"cat": 2, "dog": 2}))), 1500, labels))
    assert len(near.conflicts) <= 1500
    assert [len(group) for group in near.groups] == ([1500] if labels == 1 else [])
    assert [len(scene) for scene in near.scenes] == ([] if labels == 1 else [1500])
