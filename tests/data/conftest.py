"""Makers of images and folders."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.dataset import Dataset
from core.data.sources import load_dataset


def smooth(seed: int, side: int = 64) -> Image.Image:
    """An image like a photograph: coarse random colours, enlarged. Another seed is another image."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def encode(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    """The bytes of a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def image_bytes() -> Callable[..., bytes]:
    """`image_bytes(seed, kind, side=64, **options)`: an encoded image."""
    return lambda seed=0, kind="PNG", side=64, **options: encode(smooth(seed, side), kind, **options)


@pytest.fixture
def folder_of(tmp_path) -> Callable[..., Path]:
    """`folder_of({"cat/1.png": seed or bytes, "dog/": None})`: a folder with these files and folders."""

    def make(content: dict[str, int | bytes | None], name: str = "set") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for path, what in content.items():
            if what is None:
                (root / path).mkdir(parents=True)
                continue
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(what if isinstance(what, bytes) else encode(smooth(what)))
        return root

    return make


@pytest.fixture
def read(tmp_path) -> Callable[..., Dataset]:
    """`read(source)`: the data set, with a workspace of its own."""
    return lambda source, **options: load_dataset(str(source), tmp_path / "workspace", **options)


def classes_of(counts: dict[str, int], first_seed: int = 0) -> dict[str, int]:
    """Content for `folder_of`: so many different images per class."""
    names = [f"{name}/{number:02}.png" for name, count in counts.items() for number in range(count)]
    return {name: first_seed + index for index, name in enumerate(names)}


@pytest.fixture
def many() -> Callable[..., dict[str, int]]:
    """`many({"cat": 5, "dog": 4})`: content for `folder_of`, all images different."""
    return classes_of
