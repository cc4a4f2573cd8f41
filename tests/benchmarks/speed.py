"""How fast we train beside plain PyTorch, fastai and what the processor can do. A benchmark, not a test.

    python -m tests.benchmarks.speed [--scenario head5,rerun] [--arms a,d] [--quick] [--epochs N] [--json FILE]
        [--device cuda] [--backbone resnet50] [--batch-size 64] [--plain-precision bf16] [--pictures 2000 400]

Arms: a plain PyTorch as people copy it; b fastai (needs `--group benchmark`); c ours, a new view of each image in every
epoch; d ours with 8 kept views; e the limit: forward and backward of pixels that are in memory, with memory asked for
as ours is, and as a plain script gets it; f as d, with the head fitted with L-BFGS, a round an epoch, which ends early
when nothing is left to gain; g ours and the limit in turn within one process, step by step, so that a machine that
becomes slower meanwhile is no matter; its first epoch also reads the images. All use the same data, backbone, 224 px,
batch size, epochs and number of threads, each in a process of its own. a and b load images in the main process or in
two workers, beside a GPU in up to twelve, whichever a trial epoch shows to be quicker. Beside a GPU the limit updates
its weights, and ours trains in bf16 where it is held against it. `--data` takes a folder of train/ and val/ with class
folders; without it, 400 and 100 images of 500 px are drawn.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from core import files
from core.experiment import Recipe
from tests.benchmarks.arms import Job, Outcome, Stretch, count_images, machine, run_apart
from tests.benchmarks.drawn import write_images

people = Console(stderr=True)
PLAIN, FASTAI = "plain PyTorch", "fastai, as in its tutorials"
BARE, LIMIT = "the limit, fp32, memory as it comes", "the limit, {}"
QUICK_EPOCHS = 2
KEPT_VIEWS = 8


@dataclass(frozen=True)
class Scenario:
    """Epochs to train, and the arms that make sense for them."""

    title: str
    stretches: tuple[Stretch, ...]
    arms: str


HEAD = partial(Stretch, stages="head")
LAST = partial(Stretch, stages="last")
PRECISIONS = tuple(dict.fromkeys((Recipe().precision, "fp32", "bf16")))  # the default one first
SCENARIOS = {
    "head5": Scenario("Head only, 5 epochs", (HEAD(epochs=5),), "abcdf"),
    "head20": Scenario("Head only, 20 epochs", (HEAD(epochs=20),), "abdf"),
    "last": Scenario("Head 5 epochs, then the last stage 10", (HEAD(epochs=5), LAST(epochs=10)), "adf"),
    "all": Scenario("Everything trainable, 5 epochs", (Stretch(stages="all", epochs=5),), "aedg"),
    "rerun": Scenario("Again with another learning rate of the head", (HEAD(epochs=5),), "d"),
}  # fmt: skip


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        data = given.data or write_images(Path(folder), *given.pictures)
        trained = count_images(data, "train")
        if not trained or not count_images(data, "val"):
            raise SystemExit(f"{data} must hold train/ and val/ with class folders of images in each.")
        base = Job(
            recipe="plain", folder=str(data), threads=given.threads, device=given.device, backbone=given.backbone,
            batch_size=given.batch_size,
        )  # fmt: skip
        about = machine(given.threads, given.device) | {
            "train_images": trained,
            "val_images": count_images(data, "val"),
        }
        people.print(about)
        rows: list[dict[str, object]] = []
        for row in _measured(base, given):
            rows.append(row)
            if given.json:
                files.write_json(given.json, {"machine": about, "rows": rows})
    Console(width=max(people.width, 150)).print(table(rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pictures", type=int, nargs=2, default=(400, 100), metavar=("TRAIN", "VAL"))
    parser.add_argument("--scenario", type=_names, default=tuple(SCENARIOS), help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--arms", type=_names, default=tuple("abcdefg"))
    parser.add_argument("--epochs", type=int, help="at most so many epochs of each stretch")
    parser.add_argument("--quick", action="store_true", help="a and b train 2 epochs a stretch; the rest is reckoned")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--backbone", default=Job.backbone, help="a name of the catalogue")
    parser.add_argument("--batch-size", type=int, default=Job.batch_size)
    parser.add_argument("--plain-precision", default="fp32", choices=("fp32", "bf16"), help="of arm a")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if unknown := [name for name in given.scenario if name not in SCENARIOS]:
        parser.error(f"no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
    if "b" in given.arms and find_spec("fastai") is None:
        parser.error("fastai is not installed; use `uv run --group benchmark`, or --arms a,c,d,e,f")
    return given


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _measured(base: Job, given: argparse.Namespace) -> Iterator[dict[str, object]]:
    """One row per scenario and arm, as they are finished."""
    workers: dict[str, int] = {}
    for name in given.scenario:
        scenario = SCENARIOS[name]
        stretches = tuple(replace(s, epochs=min(s.epochs, given.epochs or s.epochs)) for s in scenario.stretches)
        done: dict[str, Outcome] = {}
        for letter in (arm for arm in scenario.arms if arm in given.arms):
            for title, changes in VARIANTS[letter]:
                job = replace(base, stretches=stretches, again=name == "rerun", **changes)
                job = replace(job, precision=given.plain_precision) if letter == "a" else _on_a_gpu(job)
                people.print(f"{scenario.title}: {title} ...")
                if letter in "ab":
                    if letter not in workers:
                        workers[letter] = _best_workers(job)
                    job = replace(job, workers=workers[letter])
                done[title] = _quick(job) if given.quick and letter in "ab" else run_apart(job)
                yield {"scenario": name, "arm": letter, "title": title, "workers": job.workers} | _figures(title, done)


VARIANTS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "a": [(PLAIN, {"recipe": "plain"})],
    "b": [
        (FASTAI, {"recipe": "fastai"}),
        ("fastai, lean", {"recipe": "fastai", "lean": True}),
    ],
    "c": [("ours, fresh views", {"recipe": "ours", "views": "fresh"})],
    "d": [
        (f"ours, 8 kept views, {precision}", {"recipe": "ours", "views": KEPT_VIEWS, "precision": precision})
        for precision in PRECISIONS
    ],
    "f": [("ours, 8 kept views, solved", {"recipe": "ours", "views": KEPT_VIEWS, "solver": "lbfgs"})],
    "g": [("ours beside the limit", {"recipe": "ours", "views": KEPT_VIEWS, "precision": "fp32", "beside": True})],
    "e": [
        (BARE, {"recipe": "limit", "precision": "fp32", "large_pages": False}),
        *((LIMIT.format(precision), {"recipe": "limit", "precision": precision}) for precision in ("fp32", "bf16")),
    ],
}  # fmt: skip


def _on_a_gpu(job: Job) -> Job:
    """Beside the limit ours is compared in the number format in which it trains there."""
    return replace(job, precision="bf16") if job.beside and job.device == "cuda" else job


def _best_workers(job: Job) -> int:
    """How many processes that load images one epoch of the head shows to be quickest: 0 or 2, beside a GPU up to 12."""
    trial = replace(job, stretches=(HEAD(epochs=1),))
    return min(
        (0, 2) if job.device == "cpu" else (2, 6, 12),
        key=lambda workers: run_apart(replace(trial, workers=workers)).seconds,
    )


def _quick(job: Job) -> Outcome:
    """Few epochs of each stretch; those that are left out are taken to last as long as the measured ones."""
    short = tuple(replace(stretch, epochs=min(stretch.epochs, QUICK_EPOCHS)) for stretch in job.stretches)
    outcome, first = run_apart(replace(job, stretches=short)), 0
    for asked, ran in zip(job.stretches, short, strict=True):
        measured = outcome.epoch_s[first : first + ran.epochs]
        outcome.seconds += (asked.epochs - ran.epochs) * sum(measured) / len(measured)
        first += ran.epochs
    outcome.epochs = sum(stretch.epochs for stretch in job.stretches)
    outcome.notes["reckoned"] = short != job.stretches
    return outcome


def _figures(title: str, done: dict[str, Outcome]) -> dict[str, object]:
    """An outcome beside those of plain PyTorch and of the limit in the same number format, where they ran before."""
    outcome = done[title]
    precision = outcome.notes.get("precision")
    # where 'auto' trains in fp32 only the head, or on a processor
    learns = "bf16" if outcome.notes.get("trained_precision") == "bf16" else "fp32"
    limit = done.get(LIMIT.format(learns if precision == "auto" else precision))
    return asdict(outcome) | {
        "images_per_s": outcome.rate,
        "times_plain": _times(done.get(PLAIN), outcome, title),
        "times_fastai": _times(done.get(FASTAI), outcome, title),
        "share_of_bare": outcome.train_rate / done[BARE].train_rate if BARE in done else None,
        "share_of_limit": outcome.train_rate / limit.train_rate if limit else None,
    }


def _times(other: Outcome | None, outcome: Outcome, title: str) -> float | None:
    return other.seconds / outcome.seconds if other and "limit" not in title else None


def table(rows: list[dict[str, object]]) -> Table:
    """The rows for people."""
    made = Table(box=None, header_style="bold")
    for column in ("scenario", "arm", "notes"):
        made.add_column(column)
    for column in ("seconds", "images/s", "in epochs", "cpu s", "x plain", "x fastai", "MB", "val accuracy"):
        made.add_column(column, justify="right")
    for row in rows:
        numbers = (
            _number(row["seconds"], 1), _number(row["images_per_s"], 1), _number(row["train_rate"], 1),
            _number(row["cpu_s"], 0), _number(row["times_plain"], 1), _number(row["times_fastai"], 1),
            _number(row["peak_mb"], 0), _number(row["val_accuracy"], 3),
        )  # fmt: skip
        made.add_row(row["scenario"], f"{row['arm']} {row['title']}", _notes(row), *numbers)
    return made


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _notes(row: dict[str, object]) -> str:
    said = row["notes"]
    parts = ["reckoned from few epochs"] if said.get("reckoned") else []
    if row["workers"]:
        parts.append(f"{row['workers']} workers")
    if row["arm"] == "f":
        parts.append(f"{row['epochs']} rounds and epochs")
    if row["share_of_limit"]:
        parts.append(f"{row['share_of_limit']:.0%} of the limit, {row['share_of_bare']:.0%} with memory as it comes")
    if beside := said.get("shares_of_limit_beside"):
        parts.append(f"{statistics.median(beside):.1%} of the limit beside it (" + _percents(beside) + ")")
    if said.get("between_epochs_s") is not None:
        parts.append(f"{said['between_epochs_s']:.2f} s between epochs")
    if "share_of_first" in said:
        parts.append(
            f"again {said['again_seconds']:.1f} s = {said['share_of_first']:.0%}, its first epoch "
            f"{said['again_first_epoch_s']:.2f} s, shown after {said['again_to_first_epoch_s']:.2f} s"
        )
    return "; ".join(parts)


def _percents(shares: list[float]) -> str:
    return ", ".join(f"{share:.1%}" for share in shares)


if __name__ == "__main__":
    main()
