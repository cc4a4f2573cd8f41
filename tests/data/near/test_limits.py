"""Limits of the search for near copies, at both of their sides."""

import numpy as np
import pytest

from core.data.near import altered, scenes


def found(monkeypatch, differences, others=()):
    """Pairs (0, 1), (2, 3) and so on that differ so much, and `others` as (one, other, difference)."""
    pairs = [(2 * n, 2 * n + 1, difference) for n, difference in enumerate(differences)] + list(others)
    one, other, difference = (np.array(each) for each in zip(*pairs, strict=True))
    nothing = (np.zeros(0, int),) * 3
    monkeypatch.setattr(altered.coarse, "candidates", lambda *_: (one, other, np.zeros(len(one), int)))
    monkeypatch.setattr(altered.turned, "candidates", lambda *_: nothing)
    monkeypatch.setattr(altered, "_differences", lambda *_: difference.astype(np.float32))
    monkeypatch.setattr(altered, "_compact", lambda *_: True)
    pairs = altered.find(None, np.zeros(2 * len(differences) + 2, np.float32))
    return [(int(a), int(b)) for a, b in zip(pairs.one, pairs.other, strict=True)]


def test_images_that_differ_by_more_than_a_copy_are_none(monkeypatch):
    assert found(monkeypatch, [0.0129, 0.0131, 0.0, 0.03]) == [(0, 1), (4, 5)]


@pytest.mark.parametrize(
    ("inside", "beside", "kept"),
    [(0.012, 0.0479, False), (0.012, 0.0481, True), (0.002, 0.0399, False), (0.002, 0.0401, True)],
)
def test_others_that_are_nearly_as_alike_show_that_nothing_tells_a_copy(monkeypatch, inside, beside, kept):
    assert found(monkeypatch, [inside], [(1, 2, beside)]) == ([(0, 1)] if kept else [])


def test_a_chain_of_which_few_are_alike_is_asked_for_the_others(monkeypatch):
    asked = []
    pairs = [(n, n + 1, 0.01) for n in range(4)]  # 4 of 10 pairs of five images
    for more, compact, kept in ((0, False, 0), (0, True, 4), (1, False, 5)):
        extra = [(0, 4, 0.012)] * more
        every = [*pairs, *extra]
        one, other, difference = (np.array(each) for each in zip(*every, strict=True))
        given = (one, other, np.zeros(len(one), int))
        monkeypatch.setattr(altered.coarse, "candidates", lambda *_, given=given: given)
        monkeypatch.setattr(altered, "_differences", lambda *_, d=difference: d.astype(np.float32))
        monkeypatch.setattr(altered, "_compact", lambda *_, c=compact: asked.append(c) or c)
        assert len(altered.find(None, np.zeros(5, np.float32), look_for_turned=False).one) == kept
    assert asked == [False, True], "half of the pairs are enough"


def copies(monkeypatch, agreement, spread=0.1, before=1.0, count=scenes.FEWEST):
    """Whether images 0 and 1 are copies, of a scene where all others agree with nothing."""
    after = np.eye(count, dtype=np.float32)
    after[1, :2] = agreement, np.sqrt(1 - agreement**2)
    first = np.eye(count, dtype=np.float32)
    first[1, :2] = before, np.sqrt(1 - before**2)
    monkeypatch.setattr(scenes, "_residuals", lambda fine: (first, after))
    monkeypatch.setattr(scenes, "_usual", lambda views: (np.full(count, 0.05), np.full(count, spread)))
    ((_, _, distance),) = scenes.distances(np.zeros((count, 4), np.uint8), count)
    assert np.isfinite(distance).sum() in (0, 2)
    return bool(np.isfinite(distance[0, 1]))


@pytest.mark.parametrize(
    ("agreement", "spread", "before", "are"),
    [
        (0.651, 0.1, 1.0, True), (0.649, 0.1, 1.0, False), (0.61, 0.05, 1.0, True), (0.59, 0.05, 1.0, False),
        (0.9, 0.1, 0.61, True), (0.9, 0.1, 0.59, False), (0.99, 0.156, 1.0, True), (0.99, 0.158, 1.0, False),
    ],
)  # fmt: skip
def test_copies_of_a_scene_stand_out_and_agree(monkeypatch, agreement, spread, before, are):
    assert copies(monkeypatch, agreement, spread, before) is are


def test_a_scene_has_eight_images_at_least():
    assert list(scenes.distances(np.zeros((7, 4), np.uint8), 7)) == []
