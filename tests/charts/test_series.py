import math

import pytest

from core.charts.series import Line, downsample, line


def test_few_points_stay():
    assert downsample([1, 2, 3], [3.0, 1.0, 2.0]) == Line((1, 2, 3), (3.0, 1.0, 2.0))
    assert downsample([], []) == Line()


@pytest.mark.parametrize("limit", [4, 5, 100, 500])
def test_many_points_become_few_and_keep_ends_and_extremes(wave, limit):
    wave[1234], wave[4001] = 9.0, -9.0
    got = downsample(range(len(wave)), wave, limit)
    assert len(got.xs) == len(got.ys) <= limit
    assert {0, 1234, 4001, len(wave) - 1} <= set(got.xs)
    assert list(got.xs) == sorted(set(got.xs))
    assert all(wave[x] == y for x, y in zip(got.xs, got.ys, strict=True))


def test_impossible_requests_are_refused():
    with pytest.raises(ValueError, match="as many x as y"):
        downsample([1], [1, 2])
    with pytest.raises(ValueError, match="at least 4"):
        downsample([1], [1], 3)


def test_values_that_are_not_finite_are_left_out():
    assert line([(1, 2.0), (2, math.nan), (3, math.inf), (4, 1.0)]) == Line((1, 4), (2.0, 1.0))
