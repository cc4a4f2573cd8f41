"""How accurate the default recipe is beside others, fold by fold. A benchmark, not a test.

    python -m tests.benchmarks.accuracy [--data sample:stamps] [--arms default,plain] [--folds 0,1] [--json FILE]

Arms, all with the epochs of the default experiment: `default`; `head`, ours with only the head trained, by steps, and
`solved`, by L-BFGS; `full`, ours with everything trained; `plain`, plain PyTorch as people copy it, the head trained;
`fastai` (needs `--group benchmark`), the head trained by one cycle; `fastai-tune`, its `fine_tune`; `default-bf16` and
`full-bf16`, in which what is trained computes in bf16, too, as it does on a GPU. All train on the same images. The
fold's own images test, a fifth of the others validates: ours and plain test the epoch that was best there, fastai its
last one. Seconds are not compared here: all lay the model out as ours does. `--json` keeps the results as they come,
and does not compute again those that are there: name a new file when the engine has changed.
"""

import argparse
import json
import math
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import t as student

from core import files
from core.data.sources import SAMPLE_PREFIX
from core.planning.experiments import default_experiment
from tests.benchmarks.arms import Job, Outcome, Stretch, machine, run_apart
from tests.benchmarks.folds import SPLITS, lay_out, read_folds

people = Console(stderr=True)
BASE = "default"
RESAMPLES = 10_000
DEFAULT_ARMS = (BASE, "head", "full", "plain", "fastai")
HALF = "-bf16"
ARMS = (*DEFAULT_ARMS, "solved", "fastai-tune", BASE + HALF, "full" + HALF)
RECIPES = {"plain": "plain", "fastai": "fastai", "fastai-tune": "fastai"}  # all others are ours


@dataclass(frozen=True)
class Difference:
    """Mean of (arm - default) over the folds that both have, with the ends of two 95 % intervals.

    `low`, `high`: as other divisions of other images would give it (corrected t over folds). `image_low`, `image_high`:
    as other test images would give it, these models being what they are (paired bootstrap over images); None where an
    arm did not say which images it classifies correctly.
    """

    mean: float
    low: float
    high: float
    folds: int
    image_low: float | None = None
    image_high: float | None = None


def main() -> None:
    given = _arguments()
    kept = _read(given)
    sample = given.data.removeprefix(SAMPLE_PREFIX)
    held_out = read_folds(sample)
    for fold in given.folds or range(len(held_out)):
        with tempfile.TemporaryDirectory() as folder:
            lay_out(sample, held_out[fold], seed=fold, folder=Path(folder))
            for arm in given.arms:
                if not _done(kept["results"], arm, fold):
                    people.print(f"fold {fold}: {arm} ...")
                    outcome = run_apart(_job(arm, given, folder, fold))
                    kept["results"].append({"arm": arm, "fold": fold, "test_names": held_out[fold]} | _told(outcome))
                    _keep(given.json, kept)
    kept["summary"] = summary(kept["results"])
    _keep(given.json, kept)
    Console(width=max(people.width, 110)).print(table(kept["summary"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="sample:stamps", choices=("sample:stamps", "sample:signs"))
    parser.add_argument("--arms", type=lambda text: text.split(","), default=DEFAULT_ARMS)
    parser.add_argument("--folds", type=lambda text: [int(number) for number in text.split(",")], help="default: all")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if unknown := set(given.arms) - set(ARMS):
        parser.error(f"no arm {sorted(unknown)[0]}; there are {', '.join(ARMS)}")
    if any(arm.startswith("fastai") for arm in given.arms) and find_spec("fastai") is None:
        parser.error("fastai is not installed; run it with `uv run --group benchmark python -m ...`, or leave it out")
    return given


def _read(given: argparse.Namespace) -> dict[str, object]:
    """What an earlier run has kept, or a new beginning."""
    if given.json is None or not given.json.exists():
        return {"data": given.data, "machine": machine(given.threads, given.device), "results": []}
    kept = json.loads(given.json.read_text(encoding="utf-8"))
    if kept["data"] != given.data:
        raise SystemExit(f"{given.json} holds results on {kept['data']}. Name another file.")
    return kept


def _keep(path: Path | None, kept: dict[str, object]) -> None:
    if path is not None:
        files.write_json(path, kept)


def _done(results: Sequence[dict[str, object]], arm: str, fold: int) -> bool:
    return any(result["arm"] == arm and result["fold"] == fold for result in results)


def _job(arm: str, given: argparse.Namespace, folder: str, fold: int) -> Job:
    precision = "bf16" if arm.endswith(HALF) else "default"
    arm = arm.removesuffix(HALF)
    stages = "all" if arm in ("full", "fastai-tune") else "head"
    epochs = default_experiment(folder).epochs
    return Job(
        recipe=RECIPES.get(arm, "ours"), folder=folder, threads=given.threads, device=given.device, seed=fold,
        solver="lbfgs" if arm == "solved" else "steps", keep_best=True, hurry=True,
        precision=precision,
        stretches=() if arm == BASE else (Stretch(stages=stages, epochs=epochs),),
    )  # fmt: skip


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "test_accuracy": outcome.test_accuracy, "test_images": outcome.test_images, "test_right": outcome.test_right,
        "train_images": outcome.train_images, "epochs": outcome.epochs, "seconds": round(outcome.seconds, 2),
    }  # fmt: skip


def summary(results: Sequence[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Per arm: mean accuracy over its folds, mean seconds, and the difference to the default arm."""
    by_arm: dict[str, dict[int, dict[str, object]]] = {}
    for result in results:
        by_arm.setdefault(result["arm"], {})[result["fold"]] = result
    made = {}
    for arm, folds in by_arm.items():
        both = [(result, by_arm[BASE][fold]) for fold, result in folds.items() if fold in by_arm.get(BASE, {})]
        pairs = [result["test_accuracy"] - base["test_accuracy"] for result, base in both]
        difference = None
        if arm != BASE and len(pairs) > 1:
            low, high = over_images(both)
            difference = vars(replace(corrected(pairs), image_low=low, image_high=high))
        made[arm] = {
            "folds": len(folds),
            "accuracy": statistics.mean(result["test_accuracy"] for result in folds.values()),
            "seconds": statistics.mean(result["seconds"] for result in folds.values()),
            "difference": difference,
        }
    return made


def over_images(pairs: Sequence[tuple[dict[str, object], dict[str, object]]]) -> tuple[float | None, float | None]:
    """Ends of the 95 % interval of the mean difference over images: an image that was tested in two repeats counts as
    one, with the mean of its two differences; whole images are drawn again."""
    gains: dict[str, list[int]] = {}
    for result, base in pairs:
        if result.get("test_right") is None or base.get("test_right") is None:
            return None, None
        own, other = set(result["test_right"]), set(base["test_right"])
        for name in result["test_names"]:
            gains.setdefault(name, []).append((name in own) - (name in other))
    means = np.array([statistics.mean(each) for each in gains.values()])
    drawn = means[np.random.default_rng(0).integers(0, len(means), (RESAMPLES, len(means)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def corrected(differences: Sequence[float], test_to_train: float = 1 / (SPLITS - 1)) -> Difference:
    """The corrected resampled t interval (Nadeau and Bengio 2003): the folds share their training images, so that
    their differences are not independent. `test_to_train` is the number of test images over that of all others."""
    count, mean = len(differences), statistics.mean(differences)
    error = statistics.stdev(differences) * math.sqrt(1 / count + test_to_train)
    reach = float(student.ppf(0.975, count - 1)) * error
    return Difference(mean, mean - reach, mean + reach, count)


def table(made: dict[str, dict[str, object]]) -> Table:
    """The summary for people."""
    shown = Table(box=None, header_style="bold")
    for column in (
        "arm",
        "folds",
        "mean accuracy",
        "arm - default, points",
        "95 % over folds",
        "over images",
        "seconds",
    ):
        shown.add_column(column, justify="left" if column == "arm" else "right")
    for arm, row in made.items():
        away = row["difference"]
        shown.add_row(
            arm, str(row["folds"]), f"{row['accuracy']:.1%}", f"{100 * away['mean']:+.1f}" if away else "",
            _span(away, "low", "high"), _span(away, "image_low", "image_high"), f"{row['seconds']:.1f}",
        )  # fmt: skip
    return shown


def _span(difference: dict[str, float | None] | None, low: str, high: str) -> str:
    if not difference or difference[low] is None:
        return ""
    return f"{100 * difference[low]:+.1f} to {100 * difference[high]:+.1f}"


if __name__ == "__main__":
    main()
