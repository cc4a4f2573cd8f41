import numpy as np
import pytest

from core.augment.standalone.elastic import waves


@pytest.mark.parametrize("sigma", [0.5, 2, 10, 34])
def test_a_field_has_mean_0_and_deviation_1_in_the_middle_and_at_the_rim(sigma):
    fields = np.stack([waves(64, 96, sigma, np.random.default_rng(seed)) for seed in range(200)])
    assert fields.shape == (200, 64, 96)
    assert fields.dtype == np.float32
    for place in (fields[:, 32, 48], fields[:, 0, 0], fields[:, -1, 48], fields[:, 32, -1]):
        assert abs(place.mean()) < 0.35  # 5 standard errors of 200 draws
        assert 0.75 < place.std() < 1.25


def test_it_is_smooth_over_sigma_and_fixed_by_the_generator():
    field = waves(200, 200, 20, np.random.default_rng(0))
    assert np.abs(np.diff(field, axis=0)).max() < 0.25
    assert np.array_equal(field, waves(200, 200, 20, np.random.default_rng(0)))
    assert not np.array_equal(field, waves(200, 200, 20, np.random.default_rng(1)))
