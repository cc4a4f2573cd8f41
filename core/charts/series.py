"""Lines of a chart, small enough to be sent to a browser every second."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

MOST_POINTS = 500


class Line(NamedTuple):
    """Points of a line, in order of x."""

    xs: tuple[float, ...] = ()
    ys: tuple[float, ...] = ()


def line(points: Iterable[tuple[float, float]], limit: int = MOST_POINTS) -> Line:
    """A downsampled line. Points whose value is not finite are left out: JSON has no place for them."""
    kept = [point for point in points if math.isfinite(point[1])]
    return downsample([x for x, _ in kept], [y for _, y in kept], limit)


def downsample(xs: Sequence[float], ys: Sequence[float], limit: int = MOST_POINTS) -> Line:
    """At most `limit` (at least 4) of the points, so that no peak is lost.

    The first and the last point stay; between them, each of equal buckets keeps its lowest and its highest point.
    Raises `ValueError` when the two lengths differ or `limit` is below 4.
    """
    if len(xs) != len(ys) or limit < 4:
        raise ValueError(f"need as many x as y and a limit of at least 4, got {len(xs)}, {len(ys)} and {limit}")
    if len(xs) <= limit:
        return Line(tuple(xs), tuple(ys))
    inner, buckets = len(xs) - 2, (limit - 2) // 2
    edges = [1 + inner * i // buckets for i in range(buckets + 1)]
    kept = {0, len(xs) - 1}
    for start, end in pairwise(edges):
        kept |= {min(range(start, end), key=ys.__getitem__), max(range(start, end), key=ys.__getitem__)}
    order = sorted(kept)
    return Line(tuple(xs[i] for i in order), tuple(ys[i] for i in order))
