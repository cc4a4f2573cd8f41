"""Copies in another light, grey, cropped, turned or mirrored, as people make them before they upload; and others."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from core.data.near.duplicates import find_near
from core.data.split import make_split
from core.experiment import SplitSpec


def scene(seed, side=96):
    """An image with details of every size, like a photograph."""
    rng = np.random.default_rng(seed)
    waves = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))) + 1 / side
    pixels = np.fft.ifft2(np.fft.fft2(rng.normal(size=(3, side, side))) / waves**1.4).real
    pixels = 128 + 42 * (pixels - pixels.mean()) / pixels.std()
    pixels = (pixels + pixels.mean(axis=0)) / 2  # colours of usual strength
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def encoded(image, kind="PNG", **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def lit(image, gain=1.0, offset=0.0):
    return Image.fromarray(np.clip(np.asarray(image) * gain + offset, 0, 255).astype(np.uint8))


def cropped(image, left, top, right, bottom):
    width, height = image.size
    box = width * left, height * top, width * (1 - right), height * (1 - bottom)
    return image.crop(tuple(round(edge) for edge in box))


def hue(image, by):
    shifted = np.asarray(image.convert("HSV")).copy()
    shifted[..., 0] += np.uint8(by % 256)
    return Image.fromarray(shifted, "HSV").convert("RGB")


def exported(image):
    """What an export with augmentation does to an image, all at once."""
    turned = cropped(ImageOps.mirror(image), 0.03, 0.02, 0, 0.03).rotate(2, Image.Resampling.BILINEAR)
    return Image.open(BytesIO(encoded(lit(turned, 1.1, -8), "JPEG", quality=60)))


VARIANTS = {
    "brighter": lambda image: lit(image, 1.2), "darker": lambda image: lit(image, 0.8),
    "plus 20": lambda image: lit(image, offset=20), "minus 20": lambda image: lit(image, offset=-20),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.2),
    "less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.8),
    "gamma": lambda image: image.point(lambda value: 255 * (value / 255) ** 1.4),
    "grey": lambda image: image.convert("L"), "hue": lambda image: hue(image, 10),
    "2 % off all sides": lambda image: cropped(image, 0.02, 0.02, 0.02, 0.02),
    "5 % off all sides": lambda image: cropped(image, 0.05, 0.05, 0.05, 0.05),
    "5 % off one side": lambda image: cropped(image, 0.05, 0, 0, 0),
    "mirrored": ImageOps.mirror, "upside down": ImageOps.flip,
    "turned by 3": lambda image: image.rotate(3, Image.Resampling.BILINEAR),
    "turned by -5": lambda image: image.rotate(-5, Image.Resampling.BILINEAR, fillcolor=(255, 255, 255)),
    "exported": exported,
}  # fmt: skip


def with_copies(copies, where="", seeds=range(9)):
    """Nine scenes of 'cat' and seven of 'dog'; `copies` {name: image} lie with the cats."""
    content = {f"{where}cat/{seed}.png": encoded(scene(seed)) for seed in seeds}
    content |= {f"{where}dog/{seed}.png": encoded(scene(100 + seed)) for seed in range(7)}
    return content | {f"cat/{name}.png": encoded(image) for name, image in copies.items()}


def groups(dataset):
    return sorted(sorted(dataset.items[i].name for i in group) for group in find_near(dataset).groups)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_copy_is_found_and_stays_with_its_original(folder_of, read, variant):
    copies = {f"{seed} again": VARIANTS[variant](scene(seed)) for seed in (2, 5, 6)}
    dataset = read(folder_of(with_copies(copies)))
    pairs = [[f"cat/{seed} again.png", f"cat/{seed}.png"] for seed in (2, 5, 6)]
    assert groups(dataset) == pairs
    for seed in range(5):
        split = make_split(dataset, SplitSpec(seed=seed))
        where = {dataset.items[i].name: part for part in ("train", "val", "test") for i in getattr(split, part)}
        assert len(where) == 19
        assert all(where[one] == where[other] for one, other in pairs)


def test_several_versions_of_each_image_are_one_group_each(folder_of, read):
    copies = {f"{seed} {name}": VARIANTS[name](scene(seed)) for seed in range(9)
              for name in ("exported", "darker", "turned by 3")}  # fmt: skip
    found = groups(read(folder_of(with_copies(copies))))
    assert [len(group) for group in found] == [4] * 9
    assert all(len({name.split("/")[1][0] for name in group}) == 1 for group in found)


def test_in_a_divided_set_the_altered_training_copy_is_left_out(folder_of, read):
    content = with_copies({}, "train/") | {"test/dog/1.png": encoded(scene(80)), "val/dog/1.png": encoded(scene(81))}
    content |= {"test/cat/1.png": encoded(exported(scene(4))), "val/cat/1.png": encoded(lit(scene(7), 0.8))}
    split = make_split(read(folder_of(content)), SplitSpec())
    assert [one.name for one in split.left_out] == ["train/cat/4.png", "train/cat/7.png"]


TURNS = [
    ImageOps.mirror, ImageOps.flip, *(lambda image, by=by: image.rotate(by, expand=True) for by in (90, 180, 270)),
    lambda image: ImageOps.mirror(image.rotate(90, expand=True)),
]  # fmt: skip


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("saved", [{}, {"kind": "JPEG", "quality": 60}])
def test_a_few_copies_of_another_label_are_told_turned_or_mirrored_ones_too(folder_of, read, turn, saved):
    wide = {"cat/wide.png": encoded(scene(300).crop((0, 0, 96, 60)))}
    content = with_copies({}) | wide | {"dog/turned.png": encoded(turn(scene(3)), **saved),
                                        "dog/wide.png": encoded(turn(scene(300).crop((0, 0, 96, 60)))),
                                        "dog/dark.png": encoded(lit(scene(5), 0.8))}  # fmt: skip
    dataset = read(folder_of(content))
    split = make_split(dataset, SplitSpec())
    assert sum(split.sizes.values()) == 20
    assert split.near.groups == ()
    told = {tuple(sorted(dataset.items[i].name for i in pair)) for pair in split.near.conflicts}
    assert told == {("cat/3.png", "dog/turned.png"), ("cat/5.png", "dog/dark.png"), ("cat/wide.png", "dog/wide.png")}
    former = find_near(dataset, look_for_turned=False)
    assert [{dataset.items[i].name for i in pair} for pair in former.conflicts] == [{"cat/5.png", "dog/dark.png"}]


@pytest.mark.parametrize("turn", TURNS)
def test_labels_that_differ_by_turning_hold_no_copies_of_each_other(folder_of, read, turn):
    for one, other in (("turn-left", "turn-right"), ("b", "d"), ("hoch", "quer gedreht"), ("wug", "dax")):
        count = 3 if one != "wug" else 5  # where no name says so, that there are many does
        content = {f"{one}/{seed}.png": encoded(scene(seed)) for seed in range(9)}
        content |= {f"{other}/{seed}.png": encoded(turn(scene(seed))) for seed in range(count)}
        content |= {f"{other}/{seed + 50}.png": encoded(scene(seed + 50)) for seed in range(9 - count)}
        assert find_near(read(folder_of(content, one))).conflicts == ()


def test_mirror_images_that_are_much_of_one_of_two_uneven_classes_are_no_copies(folder_of, read):
    content = {f"wug/{seed}.png": encoded(scene(seed)) for seed in range(26)}
    content |= {f"dax/{seed}.png": encoded(ImageOps.mirror(scene(seed))) for seed in range(6)}
    content |= {f"dax/{seed}.png": encoded(scene(seed)) for seed in range(50, 53)}
    assert find_near(read(folder_of(content))).conflicts == ()


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_copy_stays_with_its_original(folder_of, read, turn):
    dataset = read(folder_of(with_copies({f"{seed} again": turn(scene(seed)) for seed in (2, 5)})))
    assert groups(dataset) == [["cat/2 again.png", "cat/2.png"], ["cat/5 again.png", "cat/5.png"]]
    content = with_copies({}, "train/") | {
        "test/cat/1.png": encoded(turn(scene(4))),
        "val/dog/1.png": encoded(scene(81)),
        "val/cat/1.png": encoded(scene(80)),
        "test/dog/1.png": encoded(scene(82)),
    }
    split = make_split(read(folder_of(content, "divided")), SplitSpec())
    assert [one.name for one in split.left_out] == ["train/cat/4.png"]


def test_symmetric_drawings_are_no_turned_copies(folder_of, read):
    content = {}
    for n in range(40):
        image = Image.new("RGB", (64, 64), (250, 250, 250))
        radius = 8 + n % 20
        draw = ImageDraw.Draw(image)
        box = (32 - radius, 32 - radius, 32 + radius, 32 + radius)
        (draw.ellipse if n % 2 else draw.rectangle)(box, fill=(4 * n, 200 - 3 * n, 80))
        content[f"{('square', 'disc')[n % 2]}/{n}.png"] = encoded(image)
    dataset = read(folder_of(content))
    with_turns, without = find_near(dataset), find_near(dataset, look_for_turned=False)
    assert (with_turns.groups, with_turns.conflicts) == (without.groups, without.conflicts)


def test_what_a_person_says_is_different_stays_apart(folder_of, read):
    dataset = read(folder_of(with_copies({"again": lit(scene(3), 0.8), "more": ImageOps.mirror(scene(6))})))
    assert len(make_split(dataset, SplitSpec()).near.groups) == 2
    said = make_split(dataset, SplitSpec(distinct=("cat/again.png",)))
    assert [sorted(dataset.items[i].name for i in group) for group in said.near.groups] == [
        ["cat/6.png", "cat/more.png"]
    ]


def test_the_order_of_names_changes_nothing(folder_of, read):
    dataset = read(folder_of(with_copies({f"{n} again": exported(scene(n)) for n in range(6)})))
    turned = replace(dataset, items=dataset.items[::-1])
    names = [{one.items[i].digest for i in group} for one in (dataset, turned) for group in find_near(one).groups]
    assert sorted(map(sorted, names[:6])) == sorted(map(sorted, names[6:]))
    assert len(names) == 12


def shape(seed, grey):
    rng = np.random.default_rng(seed)
    ground, ink = ((int(rng.integers(200, 256)),) * 3, (int(rng.integers(0, 90)),) * 3) if grey else (
        tuple(map(int, rng.integers(0, 256, 3))), tuple(map(int, rng.integers(0, 256, 3))))  # fmt: skip
    image = Image.new("RGB", (96, 96), ground)
    radius = rng.uniform(12, 32)
    x, y = rng.uniform(radius, 96 - radius, 2)
    box = x - radius, y - radius, x + radius, y + radius
    draw = ImageDraw.Draw(image)
    (draw.ellipse if seed % 2 else draw.rectangle)(box, fill=ink)
    return image


@pytest.mark.parametrize("grey", [True, False])
def test_simple_shapes_on_flat_ground_are_no_copies(folder_of, read, grey):
    content = {f"{('square', 'disc')[n % 2]}/{n}.png": encoded(shape(n, grey)) for n in range(120)}
    assert groups(read(folder_of(content))) == []


def test_scanned_digits_that_are_all_alike_are_no_copies(folder_of, read):
    from sklearn.datasets import load_digits

    digits = load_digits()
    chosen = range(0, 1797, 5)
    scans = {n: Image.fromarray((digits.images[n] * 15.9).astype(np.uint8)).resize((32, 32)) for n in chosen}
    content = {f"{digits.target[n]}/{n}.png": encoded(image) for n, image in scans.items()}
    assert groups(read(folder_of(content))) == []


def test_a_class_of_drawings_that_are_all_alike_is_no_set_of_copies(folder_of, read):
    content = {f"cat/{seed}.png": encoded(scene(seed)) for seed in range(9)}
    for n in range(12):
        image = Image.new("RGB", (64, 64), (240, 240, 240))
        for top in (14, 28, 42):
            ImageDraw.Draw(image).rectangle((10, top + n % 4, 50 + n, top + 6 + n % 3), fill=(30, 30, 200 - 8 * n))
        content[f"bars/{n:02}.png"] = encoded(image)
    dataset = read(folder_of(content))
    altered, plain = find_near(dataset), find_near(dataset, look_for_altered=False)
    assert altered.groups == plain.groups
