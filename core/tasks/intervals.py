"""How far a measured share can be from the true one."""

from typing import NamedTuple

Z_95 = 1.959963984540054  # the 97.5 % quantile of the normal distribution


class Interval(NamedTuple):
    """A 95 % interval; both ends belong to it."""

    low: float
    high: float


def wilson(successes: float, n: int) -> Interval:
    """Wilson's score interval for a share of `successes` in `n` independent trials.

    Unlike the usual p +- 1.96 sd it stays inside 0..1 and keeps a width at 0 and `n` successes. No trial says nothing:
    0..1. Raises `ValueError` unless 0 <= successes <= n.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22;
    R. G. Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in Medicine 17:857,
    method 3.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie in 0..{n}, got {successes}")
    if n == 0:
        return Interval(0.0, 1.0)
    share, square = successes / n, Z_95**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z_95 / (1 + square / n) * (share * (1 - share) / n + square / (4 * n * n)) ** 0.5
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return Interval(low, 1.0 if successes == n else min(1.0, centre + half))
