import pytest

from core.augment import catalogue
from core.augment.catalogue import CLASSIC
from core.augment.params import (
    ColorJitterParams,
    DropoutParams,
    JpegParams,
    NoParams,
    RandomResizedCropParams,
    RotateParams,
    ScaleParams,
)
from core.augment.strength import at_rest, magnitudes, scaled


def test_a_limit_grows_from_zero_and_stops_at_its_bound():
    assert scaled(RotateParams(limit=30), 0.5, 0.5) == (RotateParams(limit=15), 0.5)
    assert scaled(RotateParams(limit=120), 0.5, 2) == (RotateParams(limit=180), 0.5)


def test_a_range_grows_from_its_neutral_value():
    assert scaled(ScaleParams(factor=(0.8, 1.5)), 1, 2)[0].factor == pytest.approx((0.6, 2.0))
    assert scaled(JpegParams(quality=(40, 90)), 1, 2)[0].quality == (1, 80)
    assert scaled(JpegParams(quality=(40, 90)), 1, 0.25)[0].quality == (85, 98)  # 97.5, to a whole number
    crop = scaled(RandomResizedCropParams(area=(0.5, 1.0)), 1, 0.5)[0]
    assert crop.area == pytest.approx((0.75, 1.0))


def test_parameters_that_are_no_magnitude_stay():
    changed, p = scaled(DropoutParams(size=(0.1, 0.2), holes=(2, 3), fill="black"), 0.4, 2)
    assert changed == DropoutParams(size=(0.2, 0.4), holes=(2, 3), fill="black")
    assert p == 0.4


def test_without_magnitudes_the_probability_is_scaled():
    assert scaled(NoParams(), 0.5, 0.5) == (NoParams(), 0.25)
    assert scaled(NoParams(), 0.8, 2) == (NoParams(), 1.0)


@pytest.mark.parametrize("entry", [catalogue.get(name) for name in CLASSIC], ids=lambda entry: entry.name)
def test_one_is_as_set_zero_is_at_rest_and_every_strength_is_valid(entry):
    start = entry.params()
    assert scaled(start, 0.3, 1) == (start, 0.3)
    assert not at_rest(start)
    still, p = scaled(start, 0.3, 0)
    weak = magnitudes(entry.params)
    assert at_rest(still) == (bool(weak) and entry.name != "JpegCompression")  # the best quality has losses too
    assert p == (0.3 if weak else 0)
    for tenth in range(21):
        entry.params.model_validate(scaled(start, 0.3, tenth / 10)[0].model_dump())


def test_only_transforms_without_parameters_have_no_magnitude():
    entries = [catalogue.get(name) for name in CLASSIC]
    assert [one for one in entries if not magnitudes(one.params)] == [one for one in entries if one.params is NoParams]


def test_all_magnitudes_must_rest():
    assert at_rest(ColorJitterParams(brightness=0, contrast=0, saturation=0, hue=0))
    assert not at_rest(ColorJitterParams(brightness=0, contrast=0, saturation=0, hue=1))
