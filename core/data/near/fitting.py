"""Laying one grey view over another: how much two images differ but for light, contrast and a small movement.

The movement is affine (it shifts, stretches and turns a little) and found by Gauss-Newton steps (Lucas and Kanade 1981;
Baker and Matthews 2004). Where light made pixels black or white, they say only on which side the other image must lie.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.near.views import GREY_SIDE, TURNED, Views, mirrored

_STEPS = 4
_BLOCK = 128  # pairs at once: what the processor keeps near
_MARGIN = 3  # px at each side that are not compared: a turned image has empty corners
_FAR = np.array([1.8, 2.2, 2.2] * 2, dtype=np.float32)  # px at the edges of a view: shift, stretch and turn
_GAIN = 0.5  # largest change of contrast, as a logarithm
_LIGHT = 80.0  # largest change of light, in grey levels
_FEWEST = 100  # pixels that are neither black nor white
_FLAT = 4.0  # grey levels; views of less contrast are not compared
_BLACK, _WHITE = 2, 253
_HOPE = 0.15  # the difference after two steps from which it goes on
_NONE = 1.0  # the difference of two views that are not alike at all
_Y, _X = np.mgrid[_MARGIN : GREY_SIDE - _MARGIN, _MARGIN : GREY_SIDE - _MARGIN].astype(np.float32).reshape(2, -1)
_HALF = (GREY_SIDE - 1) / 2
_MOVES = np.stack([np.ones_like(_X), (_X - _HALF) / _HALF, (_Y - _HALF) / _HALF])  # (3, pixels)


def detail(views: Views) -> NDArray[np.float32]:
    """The share of each view that its edges take up (participation ratio of the gradient), 0 to 1; shape (N,)."""
    shares = []
    for start in range(0, len(views.grey), _BLOCK):
        down, right = np.gradient(views.grey[start : start + _BLOCK].astype(np.float32), axis=(1, 2))
        edges = _inner(np.hypot(down, right))
        shares.append(edges.sum(axis=1) ** 2 / np.maximum(1e-3, (edges**2).sum(axis=1)) / edges.shape[1])
    return np.concatenate(shares)


def differences(
    views: Views, one: NDArray[np.intp], other: NDArray[np.intp], way: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of P pairs, the other image mirrored as `way` says: the difference after a movement, and without any.

    Half the share of the contrast that is left, as 1 - correlation; 1 where two views cannot be compared. No movement
    is sought for quarter turns.
    """
    moved, still = np.full((2, len(one)), _NONE, dtype=np.float32)
    for kind in np.unique(way):
        (chosen,) = np.nonzero(way == kind)
        for part in np.array_split(chosen, 1 + len(chosen) // _BLOCK):
            target = views.grey[one[part]].astype(np.float32)
            image = np.ascontiguousarray(mirrored(views.grey[other[part]], kind)).astype(np.float32)
            if kind & TURNED:
                moved[part] = still[part] = _difference(_inner(image), _inner(target))
            else:
                moved[part], still[part] = _fit(target, image)
    return moved, still


def _inner(views: NDArray[np.float32]) -> NDArray[np.float32]:
    return views[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN].reshape(len(views), -1)


def _fit(target: NDArray[np.float32], image: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The least difference on the way, and that of the start, of P pairs of views (P, 32, 32)."""
    wanted, seen = _inner(target), _inner(image)
    still = _difference(seen, wanted)
    least = still.copy()
    slopes, solver = _solver(target, wanted)
    move = np.zeros((len(target), 6), dtype=np.float32)
    aim = wanted - wanted.mean(axis=1, keepdims=True)
    going = np.arange(len(target))
    for step in range(_STEPS):
        move[going] -= _improvement(seen, aim[going], slopes[going], solver[going])
        np.clip(move, -2 * _FAR, 2 * _FAR, out=move)
        seen = _sampled(image[going], move[going])
        difference = _difference(seen, wanted[going])
        allowed = (np.abs(move[going]) <= _FAR).all(axis=1)
        least[going] = np.minimum(least[going], np.where(allowed, difference, _NONE))
        if step:  # what is still far apart does not come near
            hopeful = difference <= _HOPE
            going, seen = going[hopeful], seen[hopeful]
    return least, still


def _improvement(
    seen: NDArray[np.float32], aim: NDArray[np.float32], slopes: NDArray[np.float32], solver: NDArray[Any]
) -> NDArray[np.float32]:
    """By how much each of P movements (P, 6) must shrink, so that what is seen there comes nearer to the aim."""
    centred = seen - seen.mean(axis=1, keepdims=True)
    gain = (centred * aim).sum(axis=1) / np.maximum(1, (centred**2).sum(axis=1))
    error = np.matmul((gain[:, None] * centred - aim)[:, None], slopes)
    moves: NDArray[np.float32] = np.matmul(error, solver)[:, 0, :6]
    return moves


def _solver(target: NDArray[np.float32], wanted: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """How views change with the six movements and the contrast (P, pixels, 7), and the inverse of its square."""
    down, right = np.asarray(np.gradient(target, axis=(1, 2)))
    changes = [_inner(slope) * by for slope in (right, down) for by in _MOVES]
    slopes = np.stack([*changes, wanted], axis=2)
    slopes -= slopes.mean(axis=1, keepdims=True)
    square = np.matmul(slopes.transpose(0, 2, 1), slopes)
    every = np.arange(7)
    square[:, every, every] = square[:, every, every] * 1.001 + 0.01  # flat views have no movement
    return slopes, np.linalg.inv(square)


def _sampled(image: NDArray[np.float32], move: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inner pixels of the views, each looked up where `move` (P, 6) takes it, between the pixels."""
    x = np.clip(_X + move[:, :3] @ _MOVES, 0, GREY_SIDE - 1.001)
    y = np.clip(_Y + move[:, 3:] @ _MOVES, 0, GREY_SIDE - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    x -= left
    y -= top
    flat = image.ravel()
    start = top * GREY_SIDE + left + (np.arange(len(image), dtype=np.int32) * GREY_SIDE**2)[:, None]
    upper = flat[start] * (1 - x) + flat[start + 1] * x
    lower = flat[start + GREY_SIDE] * (1 - x) + flat[start + GREY_SIDE + 1] * x
    return upper * (1 - y) + lower * y


def _difference(seen: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half the share of the contrast of `seen` that `wanted` does not explain after gain and offset are fitted."""
    used = (seen < _WHITE) & (wanted < _WHITE) & (seen > _BLACK) & (wanted > _BLACK)
    used |= (used.sum(axis=1) < _FEWEST)[:, None]
    count = used.sum(axis=1)
    light, aim = (np.where(used, view, 0).sum(axis=1) / count for view in (seen, wanted))
    low, high = seen - light[:, None], wanted - aim[:, None]
    gain = np.where(used, low * high, 0).sum(axis=1) / np.maximum(1, np.where(used, high**2, 0).sum(axis=1))
    rest = _beyond_doubt(low - gain[:, None] * high, seen, wanted)
    contrast = np.minimum(seen.var(axis=1), gain**2 * wanted.var(axis=1))
    difference = np.minimum(0.5 * (rest**2).mean(axis=1) / np.maximum(1, contrast), _NONE)
    comparable = (np.abs(np.log(np.maximum(gain, 1e-3))) <= _GAIN) & (np.abs(light - aim) <= _LIGHT)
    return np.where(comparable & (contrast >= _FLAT**2), difference, _NONE)


def _beyond_doubt(
    rest: NDArray[np.float32], seen: NDArray[np.float32], wanted: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`rest` (seen - explained) without what may be owed to white and black, beyond which nothing was recorded."""
    may_be_low = (seen >= _WHITE) | (wanted <= _BLACK)
    may_be_high = (wanted >= _WHITE) | (seen <= _BLACK)
    rest = np.where(may_be_low, np.maximum(rest, 0), rest)
    return np.where(may_be_high, np.minimum(rest, 0), rest)
