"""Sets of 1,000 images or more that are hard enough to tell recipes apart, laid out as train/, val/ and test/.

`digits`: scikit-learn's 1,797 digits with noise, in ten classes; `parity`: the same as odd or even; `noisy-signs`:
1,500 drawn signs with noise at 24 px. Five folds each, stratified by class.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit

from sample_data.draw_signs import draw
from tests.benchmarks.folds import SPLITS, VAL_SHARE

Drawn = Iterator[tuple[str, Image.Image]]


def digits() -> Drawn:
    """Digits under strong noise."""
    return ((str(value), image) for value, image in _noisy_digits(64.0))


def parity() -> Drawn:
    """Digits under noise, told apart as odd and even."""
    return ((("even", "odd")[value % 2], image) for value, image in _noisy_digits(56.0))


def noisy_signs() -> Drawn:
    """Road signs of a few pixels, under noise."""
    rng = np.random.default_rng(11)
    for name, _, sign in draw(250, 11):
        small = np.asarray(sign.resize((24, 24), Image.Resampling.BILINEAR)).astype(float)
        noisy = np.clip(small + rng.normal(0, 45, small.shape), 0, 255).astype(np.uint8)
        yield name, Image.fromarray(noisy).resize((96, 96), Image.Resampling.BICUBIC)


SETS = {"digits": digits, "parity": parity, "noisy-signs": noisy_signs}


def lay_out(name: str, fold: int, folder: Path) -> None:
    """Write a set below `folder`: `fold` tests, a fifth of the others validates."""
    images = list(SETS[name]())
    labels = np.array([label for label, _ in images])
    dealer = StratifiedKFold(SPLITS, shuffle=True, random_state=0)
    rest, test = list(dealer.split(labels, labels))[fold]
    train, val = next(StratifiedShuffleSplit(1, test_size=VAL_SHARE, random_state=fold).split(rest, labels[rest]))
    for part, chosen in (("train", rest[train]), ("val", rest[val]), ("test", test)):
        for number in chosen:
            label, image = images[number]
            target = folder / part / label / f"{number:05}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            image.save(target)


def _noisy_digits(noise: float) -> Iterator[tuple[int, Image.Image]]:
    found, rng = load_digits(), np.random.default_rng(7)
    for grey, value in zip(found.images, found.target, strict=True):
        noisy = np.clip(grey * 12 + 30 + rng.normal(0, noise, grey.shape), 0, 255).astype(np.uint8)
        yield int(value), Image.fromarray(noisy).resize((64, 64), Image.Resampling.BICUBIC).convert("RGB")
