"""Which kinds of numbers say themselves what is black and white, and what becomes of those that do not."""

import numpy as np
import pytest

from core.data.scale import Finer, by_type, fills_little, finer, to_bytes


@pytest.mark.parametrize(
    ("dtype", "alone"),
    [
        ("bool", True), ("uint8", True), ("int8", True), ("uint16", True), (">u2", True), ("int16", False),
        ("uint32", False), ("int32", False), ("uint64", False), ("int64", False), ("float16", False),
        ("float32", False), ("float64", False),
    ],
)  # fmt: skip
def test_unsigned_numbers_of_16_bits_and_any_of_8_need_no_scale(dtype, alone):
    assert by_type(np.dtype(dtype)) is alone
    kept = finer(np.arange(6).astype(dtype).reshape(2, 3))
    if np.dtype(dtype).itemsize == 1:
        assert kept is None
    else:
        assert (kept.values, kept.varies) == ((None, False) if alone else ((0.0, 5.0), True))
        assert kept.bulk == (None if alone else pytest.approx((0.025, 4.975)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_no_number_becomes_the_lower_end_wherever_that_lies(dtype):
    values = np.array([np.nan, -np.inf, np.inf, -10, 0, 10, 1e30, -1e30], dtype)
    assert to_bytes(values, (-10.0, 10.0)).tolist() == [0, 0, 255, 0, 128, 255, 0, 0]
    assert to_bytes(values, (5.0, 15.0)).tolist() == [0, 0, 255, 0, 0, 128, 0, 0]
    assert to_bytes(values, None).tolist() == [0, 0, 255, 0, 0, 255, 0, 0]


@pytest.mark.parametrize(("dtype", "scale"), [("int32", (-4.0, 4.0)), ("uint32", (0.0, 8.0)), ("int16", (0.0, 8.0))])
def test_whole_numbers_without_a_white_follow_the_scale(dtype, scale):
    low, high = (int(end) for end in scale)
    values = np.array([low, low + 2, low + 4, high], dtype)
    assert to_bytes(values, scale).tolist() == [0, 64, 128, 255]


def test_a_scale_of_one_value_divides_by_nothing():
    assert to_bytes(np.array([4.0, 5.0, 5.5, 9.0]), (5.0, 5.0)).tolist() == [0, 0, 64, 255]


@pytest.mark.parametrize(("highest", "little"), [(0.99, True), (1.0, False), (1.01, False)])
def test_a_tenth_of_the_scale_is_no_little(highest, little):
    assert fills_little(Finer("", (0.0, 5.0), (0.0, highest)), (0.0, 10.0)) is little
