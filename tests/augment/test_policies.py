"""Automatic policies: the operations and magnitudes of torchvision's, which follow the papers."""

from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2

from core.augment.pipeline import Pipeline
from core.augment.standalone import policies
from core.augment.steps import default_step
from core.experiment import PipelineSpec, Step

HEIGHT, WIDTH = 210, 331
SPACES = [
    pytest.param(policies.STANDARD, v2.RandAugment._AUGMENTATION_SPACE, policies.BINS, id="RandAugment"),
    pytest.param(policies.WIDE, v2.TrivialAugmentWide._AUGMENTATION_SPACE, policies.BINS, id="TrivialAugment"),
    pytest.param(policies.MIXED, v2.AugMix._PARTIAL_AUGMENTATION_SPACE, policies.SEVERITIES, id="AugMix"),
    pytest.param(policies.MIXED_ALL, v2.AugMix._AUGMENTATION_SPACE, policies.SEVERITIES, id="AugMix, all"),
]
NAMES = ["TrivialAugment", "RandAugment", "AugMix"]


def pipeline(name, geometry, p=1.0, **params):
    return Pipeline(PipelineSpec(steps=(Step(transform=name, p=p, params=params),)), geometry)


def fired(made, base, count):
    drawn_steps = [made.fired(base, seed=0, digest="d", number=number) for number in range(count)]
    return [steps[0].drawn if steps else None for steps in drawn_steps]


@pytest.mark.parametrize(("ours", "theirs", "bins"), SPACES)
def test_operations_and_magnitudes_are_torchvision_s(ours, theirs, bins):
    assert set(ours) == set(theirs)
    for name, (magnitudes, signed) in theirs.items():
        expected, span = magnitudes(bins, HEIGHT, WIDTH), ours[name]
        assert (span is None) == (expected is None)
        if span is not None:
            side = HEIGHT if name.endswith("Y") else WIDTH
            assert [span.at(step, bins, side) for step in range(bins)] == pytest.approx(expected.tolist(), abs=1e-4)
            assert span.signed == signed


@pytest.mark.parametrize("name", policies.OPERATIONS)
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_an_operation_does_what_torchvision_s_does(name, share, base):
    image = Image.fromarray(base)
    span = policies.WIDE[name]
    magnitude = 0.0 if span is None else span.at(round(share * 30), 31, base.shape[1])
    mine = np.asarray(policies.OPERATIONS[name](image, magnitude, (0, 0, 0))).astype(int)
    theirs = v2.TrivialAugmentWide()._apply_image_or_video_transform(
        image, name, magnitude, interpolation=v2.InterpolationMode.BILINEAR, fill={}
    )
    assert mine.shape == base.shape
    assert np.abs(mine - np.asarray(theirs)).mean() < (1.5 if span is not None and span.strongest > 0 else 1e-9)
    assert name == "Identity" or (mine != base).any()


def test_trivialaugment_draws_every_operation_alike_and_both_signs(base, geometry):
    drawn_steps = [one["operations"] for one in fired(pipeline("TrivialAugment", geometry), base, 1400)]
    words = Counter(text.rstrip("-0123456789. ") for text in drawn_steps)
    assert len(words) == 14
    assert all(60 < count < 150 for count in words.values())  # 100 each, standard deviation 9.6
    angles = [float(text.split()[1]) for text in drawn_steps if text.startswith("rotate")]
    assert min(angles) < -90
    assert max(angles) > 90
    narrow = [one["operations"] for one in fired(pipeline("TrivialAugment", geometry, space="standard"), base, 400)]
    assert max(abs(float(text.split()[1])) for text in narrow if text.startswith("rotate")) <= 30


def test_randaugment_applies_so_many_at_one_magnitude(base, geometry):
    drawn_steps = [
        one["operations"] for one in fired(pipeline("RandAugment", geometry, operations=3, magnitude=30), base, 60)
    ]
    assert {text.count(",") for text in drawn_steps} == {2}
    turns = {part.strip() for text in drawn_steps for part in text.split(",") if "rotate" in part}
    assert turns == {"rotate 30", "rotate -30"}


def test_a_shift_is_a_share_of_the_side_along_which_it_goes(geometry):
    wide = np.random.default_rng(0).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    drawn = fired(pipeline("RandAugment", geometry, operations=1, magnitude=30), wide, 90)
    shifts = {one["operations"].replace("-", "") for one in drawn if "translate" in one["operations"]}
    assert shifts == {f"translate x {150 / 331 * 96:.3g}", f"translate y {150 / 331 * 48:.3g}"}


def test_augmix_blends_so_many_chains_of_such_depth(base, geometry):
    for depth, lengths in ((2, {2}), (None, {1, 2, 3})):
        drawn_steps = fired(pipeline("AugMix", geometry, width=4, depth=depth), base, 30)
        plain, *chains = (part for one in drawn_steps[:1] for part in one["blend"].split("; "))
        assert plain.endswith("% plain")
        assert len(chains) == 4
        assert {part.count(",") + 1 for one in drawn_steps for part in one["blend"].split("; ")[1:]} == lengths
        shares = [float(part.split()[0]) for part in drawn_steps[0]["blend"].split("; ")]
        assert sum(shares) == pytest.approx(100, abs=3)
    texts = " ".join(one["blend"] for one in fired(pipeline("AugMix", geometry, severity=10), base, 60))
    assert not any(word in texts for word in ("brightness", "color", "contrast 0", "contrast 1", "sharpness"))
    every = " ".join(one["blend"] for one in fired(pipeline("AugMix", geometry, all_ops=True), base, 60))
    assert all(word in every for word in ("brightness", "color", "sharpness"))


def test_a_lower_alpha_makes_more_uneven_blends(base, geometry):
    def plain(alpha):
        drawn_steps = fired(pipeline("AugMix", geometry, alpha=alpha), base, 80)
        return np.std([float(one["blend"].split()[0]) for one in drawn_steps])

    assert plain(0.1) > plain(10.0) + 15


@pytest.mark.parametrize("name", NAMES)
def test_the_probability_is_kept_and_a_view_depends_on_its_arguments_alone(name, base, geometry):
    made = pipeline(name, geometry, p=0.5)
    share = np.mean([bool(made.applied(seed=0, digest="d", number=number)) for number in range(2000)])
    assert share == pytest.approx(0.5, abs=0.05)
    always = pipeline(name, geometry)
    first = [always.view(base, seed=0, digest="d", number=number) for number in range(8)]
    torch.manual_seed(3)
    np.random.seed(3)
    again = [pipeline(name, geometry).view(base, seed=0, digest="d", number=number) for number in reversed(range(8))]
    assert all(np.array_equal(a, b) for a, b in zip(first, reversed(again), strict=True))
    assert len({view.tobytes() for view in first}) > 4


def test_the_fill_stands_where_the_image_moved_away(geometry):
    white = np.full((48, 48, 3), 200, np.uint8)
    for fill, value in (("black", 0), ("white", 255)):
        made = pipeline("TrivialAugment", geometry, fill=fill)
        moved = [
            number
            for number, one in enumerate(fired(made, white, 60))
            if one["operations"].startswith("rotate") and abs(float(one["operations"].split()[1])) > 20
        ]
        view = made.view(white, seed=0, digest="d", number=moved[0])
        assert (view[0, 0] == value).all()


def test_randaugment_at_strength_0_is_none_and_at_2_twice(geometry):
    step = default_step("RandAugment")
    assert not Pipeline(PipelineSpec(steps=(step,), strength=0), geometry).changes_anything
    base = np.random.default_rng(0).integers(0, 256, (56, 56, 3), dtype=np.uint8)
    doubled = Pipeline(PipelineSpec(steps=(step,), strength=2), geometry)
    turns = [one["operations"] for one in fired(doubled, base, 60) if "rotate" in one["operations"]]
    assert all("18" in text for text in turns)
