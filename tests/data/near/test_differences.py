"""The limits of what is compared when one view is laid over another, at both of their sides."""

import numpy as np
import pytest

from core.data.near import fitting

SPREAD = np.random.default_rng(6).permutation(np.linspace(60, 190, 676)).astype(np.float32)


def difference(seen, wanted):
    found = fitting._difference(np.float32(seen)[None], np.float32(wanted)[None])
    assert found.shape == (1,)
    return float(found[0])


@pytest.mark.parametrize(
    ("limit", "beyond", "is_doubted"),
    [(253, 310, True), (252, 310, False), (2, -50, True), (3, -50, False), (254, 310, True), (1, -50, True)],
)
@pytest.mark.parametrize("clipped", ["wanted", "seen"])
def test_only_white_and_black_pixels_say_no_more_than_on_which_side_the_other_one_lies(
    limit, beyond, is_doubted, clipped
):
    light = SPREAD.copy()
    light[:60] = beyond
    other = 0.65 * light + 40  # darker, so that nothing is lost
    light[:60] = limit
    one = difference(other, light) if clipped == "wanted" else difference(light, other)
    assert one == pytest.approx(0, abs=1e-6) if is_doubted else one > 0.01


@pytest.mark.parametrize(("limit", "wrong_side"), [(255, -50), (0, 310)])
def test_on_the_wrong_side_white_and_black_pixels_differ(limit, wrong_side):
    light = SPREAD.copy()
    other = 0.7 * light + 40
    other[:60] = 0.7 * wrong_side + 40
    light[:60] = limit
    assert difference(other, light) > 0.05


@pytest.mark.parametrize(("usable", "alike"), [(100, True), (99, False)])
def test_a_hundred_pixels_that_are_neither_black_nor_white_are_enough(usable, alike):
    light = SPREAD.copy()
    other = 0.8 * light + 30
    light[usable:] = 255
    other[usable:] = np.linspace(235, 250, len(light) - usable)
    assert (difference(other, light) < 0.001) is alike


@pytest.mark.parametrize(
    ("gain", "offset", "spread", "comparable"),
    [
        (np.exp(0.49), 0, 20, True), (np.exp(0.51), 0, 20, False), (np.exp(-0.49), 0, 20, True),
        (np.exp(-0.51), 0, 20, False), (1, 79, 15, True), (1, 81, 15, False), (1, -79, 15, True), (1, -81, 15, False),
        (1, 0, 4.01, True), (1, 0, 3.99, False), (1.25, 0, 3.3, True), (0.8, 0, 4.5, False), (-1, 0, 20, False),
    ],
)  # fmt: skip
def test_light_contrast_and_the_faintest_views_that_are_compared(gain, offset, spread, comparable):
    light = (SPREAD - SPREAD.mean()) / SPREAD.std() * spread + 125
    other = (light - 125) * gain + 125 + offset
    assert difference(other, light) == pytest.approx(0 if comparable else 1, abs=1e-5)


def test_half_the_share_of_the_contrast_that_is_left_is_the_difference():
    random = np.random.default_rng(8)
    light = random.normal(0, 1, 20_000)
    noise = random.normal(0, 1, 20_000)
    for share in (0.1, 0.3):
        other = np.sqrt(1 - share) * light + np.sqrt(share) * noise
        found = difference(125 + 15 * other, 125 + 15 * light)
        assert found == pytest.approx(0.5 * share / (1 - share), rel=0.05)


@pytest.mark.parametrize("step", [-0.7, 0.0, 0.4])
def test_a_movement_looks_up_the_pixels_between(step):
    side = fitting.GREY_SIDE
    down, right = np.mgrid[:side, :side].astype(np.float32)
    views = np.stack([3 * right + 2 * down, 100 - right])
    inner = (slice(fitting._MARGIN, -fitting._MARGIN),) * 2
    moves = np.zeros((2, 6), np.float32)
    moves[:, 0], moves[:, 3] = step, -step  # x and y
    seen = fitting._sampled(views, moves)
    assert seen[0] == pytest.approx((views[0] + step)[inner].ravel(), abs=1e-3)
    assert seen[1] == pytest.approx((views[1] - step)[inner].ravel(), abs=1e-3)
    moves[:] = 0
    moves[0, 1], moves[1, 2] = 1, -1  # x stretched by x, and by y
    seen = fitting._sampled(views, moves)
    half = (side - 1) / 2
    assert seen[0] == pytest.approx((views[0] + 3 * (right - half) / half)[inner].ravel(), abs=1e-3)
    assert seen[1] == pytest.approx((views[1] + (down - half) / half)[inner].ravel(), abs=1e-3)
