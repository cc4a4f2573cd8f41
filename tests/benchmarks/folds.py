"""The folds that accuracies are compared on: five, dealt twice, stratified by class, the same for everybody.

    python -m tests.benchmarks.folds stamps signs

writes `folds/NAME.json` anew, which is needed only when the images of a sample change.
"""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit

from core import files
from core.data.layout import read_layout
from core.data.sources import SAMPLES

FOLDER = Path(__file__).with_name("folds")
SPLITS, REPEATS, SEED = 5, 2, 0
VAL_SHARE = 0.2  # of what is not held out


def read_folds(sample: str) -> list[list[str]]:
    """Names of the held-out images of each fold; the folds of one repeat follow one another."""
    held_out: list[list[str]] = json.loads((FOLDER / f"{sample}.json").read_text(encoding="utf-8"))["held_out"]
    return held_out


def image_names(sample: str) -> list[str]:
    """All images of a sample, as 'class/file', in order."""
    return sorted(found.name for found in read_layout(SAMPLES[sample].folder).found)


def lay_out(sample: str, held_out: Sequence[str], seed: int, folder: Path) -> None:
    """Copy a sample into train/, val/ and test/ below `folder`: `held_out` tests, a stratified share validates."""
    rest = np.array(sorted(set(image_names(sample)) - set(held_out)))
    dealer = StratifiedShuffleSplit(n_splits=1, test_size=VAL_SHARE, random_state=seed)
    train, val = next(dealer.split(rest, _classes(rest)))
    for part, names in (("train", rest[train]), ("val", rest[val]), ("test", held_out)):
        for name in names:
            target = folder / part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(SAMPLES[sample].folder / name, target)


def make_folds(sample: str) -> list[list[str]]:
    """Deal the images of a sample."""
    names = np.array(image_names(sample))
    dealer = RepeatedStratifiedKFold(n_splits=SPLITS, n_repeats=REPEATS, random_state=SEED)
    return [names[test].tolist() for _, test in dealer.split(names, _classes(names))]


def _classes(names: Iterable[str]) -> list[str]:
    return [name.partition("/")[0] for name in names]


if __name__ == "__main__":
    for chosen in sys.argv[1:]:
        facts = {"sample": chosen, "splits": SPLITS, "repeats": REPEATS, "seed": SEED}
        files.write_json(FOLDER / f"{chosen}.json", facts | {"held_out": make_folds(chosen)})
