"""Folders whose files need no content: layouts are read from names, and from files of labels."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from core.data.layout import read_layout
from core.data.layouts.assigned import Layout
from core.errors import UnclearLayout, UnusableDataset
from core.experiment import Reading


@pytest.fixture
def tree(tmp_path) -> Callable[..., Path]:
    """`tree({"train/cat": 3, "labels.csv": "text"})`: so many images, numbered through all, or a file with a text."""

    def make(content: dict[str, int | str | bytes | Iterable[str]], name: str = "set") -> Path:
        root, number = tmp_path / name, 0
        while root.exists():
            root = root.with_name(f"{root.name}-more")
        root.mkdir()
        for path, what in content.items():
            if isinstance(what, str | bytes):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(what if isinstance(what, bytes) else what.encode())
                continue
            (root / path).mkdir(parents=True, exist_ok=True)
            names = [f"{number + index}.jpg" for index in range(what)] if isinstance(what, int) else list(what)
            number += len(names)
            for file in names:
                (root / path / file).touch()
        return root

    return make


@pytest.fixture
def read(tree) -> Callable[..., Layout]:
    """`read(content, layout="csv")`: the layout of a folder with this content."""
    return lambda content, **reading: read_layout(tree(content), Reading(**reading))


@pytest.fixture
def asked(tree) -> Callable[..., UnclearLayout]:
    """`asked(content, task="classification")`: the question that a folder leads to."""

    def ask(content, **reading) -> UnclearLayout:
        with pytest.raises(UnclearLayout) as caught:
            read_layout(tree(content), Reading(**reading))
        return caught.value

    return ask


@pytest.fixture
def refused(tree) -> Callable[..., str]:
    """`refused(content)`: why a folder cannot be read."""

    def refuse(content, **reading) -> str:
        with pytest.raises(UnusableDataset) as caught:
            read_layout(tree(content), Reading(**reading))
        return str(caught.value)

    return refuse


def counts(layout: Layout) -> dict[str, int]:
    """Images by class, or by part and class where the layout is divided."""
    return dict(Counter(f"{one.part}/{one.label}" if one.part else one.label for one in layout.found))


def sets(layout: Layout) -> dict[str, str]:
    """The labels of each image of several, joined."""
    assert layout.multilabel
    return {one.name.rpartition("/")[2]: "+".join(sorted(one.classes)) for one in layout.found}


def reasons(layout: Layout) -> dict[str, str]:
    """Why each file or folder was left out."""
    return {one.name: one.reason for one in layout.left_out}
