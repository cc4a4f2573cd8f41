"""Joining images that links connect."""

import numpy as np
from numpy.typing import NDArray


class Union:
    """Which of `count` nodes links have joined so far."""

    def __init__(self, count: int) -> None:
        self.root = np.arange(count)  # for each node the lowest one that it is joined with

    def join(self, rows: NDArray[np.intp], linked: NDArray[np.bool_], columns: NDArray[np.intp]) -> None:
        """Join the node rows[r] with the node columns[c] wherever `linked[r, c]`."""
        ends = self.root[columns]
        one, other = np.nonzero(linked & (self.root[rows, None] != ends[None]))  # joined already: nothing to store
        self.link(rows[one], columns[other])

    def link(self, one: NDArray[np.intp], other: NDArray[np.intp]) -> None:
        """Join the node one[k] with the node other[k], for every k."""
        if len(one):
            self.root = lowest(len(self.root), self.root[one], self.root[other])[self.root]

    def groups(self) -> list[NDArray[np.intp]]:
        """The nodes of each group of two and more."""
        order = np.argsort(self.root, kind="stable")
        starts = np.nonzero(np.diff(self.root[order], prepend=-1))[0]
        return [group for group in np.split(order, starts[1:]) if len(group) > 1]


def lowest(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of `count` nodes the lowest node that the links (one[k], other[k]) join it to."""
    root = np.arange(count)
    while True:
        lowest = root.copy()
        np.minimum.at(lowest, one, root[other])
        np.minimum.at(lowest, other, root[one])
        lowest = lowest[lowest]
        if (lowest == root).all():
            return root
        root = lowest
