"""What a large folder costs, step by step: seconds, and the most memory of all processes. A benchmark, not a test.

    python -m tests.benchmarks.large [--images 100000] [--side 64] [--folder DIR] [--steps list,again,split,train]
        [--json FILE]

Without `--folder` the images are drawn into a folder that is removed afterwards; a folder is filled if it is empty, and
kept. `list`: the folder is read and every image decoded and checked; `again`: the same once more, as after a restart;
`split`: the search for copies and the division; `train`: the head on new views in every epoch, to its first step, and
for a minute more. Linux only: the memory is what the kernel says.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core import files
from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import PipelineSpec, SplitSpec
from core.planning.experiments import default_experiment
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.training.events import StepEnded
from core.work.control import Control

CLASSES = 10
POLL_S = 0.05
TRAINED_S = 60.0
STEPS = ("list", "again", "split", "train")


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary) / "images"
        if not folder.exists() or not any(folder.iterdir()):
            write_folder(folder, given.images, given.side)
        found: dict[str, Any] = {"images": given.images, "side": given.side}
        for name, work in _steps(folder, Path(temporary) / "workspace"):
            if name in given.steps or name == "list":
                with _measured() as figures:
                    figures |= work() or {}
                found[name] = figures
                print(name, json.dumps(figures), file=sys.stderr, flush=True)  # noqa: T201
    if given.json:
        files.write_json(given.json, found)
    print(json.dumps(found, indent=2))  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=64, help="px")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--steps", type=lambda text: tuple(text.split(",")), default=STEPS)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _steps(folder: Path, root: Path) -> Iterator[tuple[str, Callable[[], dict[str, Any] | None]]]:
    yield "list", lambda: _length(load_dataset(str(folder), root))
    yield "again", lambda: _length(load_dataset(str(folder), root))
    yield "split", lambda: _split(folder, root)
    yield "train", lambda: _train(folder, root)


def _length(dataset: Any) -> dict[str, Any]:
    return {"items": len(dataset.items)}


def _split(folder: Path, root: Path) -> dict[str, Any]:
    dataset = load_dataset(str(folder), root)
    began = time.monotonic()
    split = make_split(dataset, SplitSpec())
    return {"without_loading": round(time.monotonic() - began, 1), "near_groups": len(split.near.groups)}


def _train(folder: Path, root: Path) -> dict[str, Any]:
    workspace = Workspace(root)
    base = default_experiment(str(folder))
    recipe = base.recipe.model_copy(update={"batch_size": 64})
    phase = base.phases[0].model_copy(update={"epochs": 1, "solver": "steps"})
    experiment = base.changed(pipeline=PipelineSpec(), views="fresh", phases=(phase,), recipe=recipe)
    began = time.monotonic()
    prepared = prepare(experiment, root, "cpu", images=workspace.images)
    found: dict[str, Any] = {"prepared": round(time.monotonic() - began, 1)}
    control, images = Control(), 0
    for event in execute(workspace, create_run(workspace, prepared), control):
        if isinstance(event, StepEnded):
            found.setdefault("first_step", round(time.monotonic() - began, 1))
            images += recipe.batch_size
            if (trained := time.monotonic() - began - found["first_step"]) >= TRAINED_S and "rate" not in found:
                found["rate"] = round(images / trained)
                control.abort()
    found["ended"] = round(time.monotonic() - began, 1)
    return found


@contextmanager
def _measured() -> Iterator[dict[str, Any]]:
    """The seconds of what is done within, and the most memory of this process and its children meanwhile."""
    over, most = threading.Event(), [0]

    def watch() -> None:
        while not over.wait(POLL_S):
            most[0] = max(most[0], sum(map(_memory, _family())))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    figures: dict[str, Any] = {}
    began = time.monotonic()
    yield figures
    figures["seconds"] = round(time.monotonic() - began, 1)
    over.set()
    thread.join()
    figures["most_mb"] = round(most[0] / 2**20)


def _family() -> list[int]:
    own = os.getpid()
    return [own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())]


def _memory(process: int) -> int:
    """Bytes of a process's own memory: pages of files are not counted, which the system can drop."""
    try:
        fields = Path(f"/proc/{process}/status").read_text().split("\n")
    except OSError:
        return 0
    sizes = {name: value for name, _, value in (line.partition(":") for line in fields)}
    return sum(int(sizes.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssShmem")) * 1024


def write_folder(folder: Path, images: int, side: int) -> None:
    """`images` JPEGs in class folders, each of a random ground with shapes."""
    for number in range(CLASSES):
        (folder / f"class{number}").mkdir(parents=True)
    with get_context("spawn").Pool() as pool:
        pool.map(partial(_write, folder, side), range(images), chunksize=500)


def _write(folder: Path, side: int, number: int) -> None:
    random = np.random.default_rng(number)
    small = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    canvas = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(random.integers(3, 9))):
        centre, radius = random.integers(0, side, 2).tolist(), int(random.integers(2, max(3, side // 4)))
        cv2.circle(canvas, centre, radius, random.integers(0, 256, 3).tolist(), -1)
    sides = 3 + number % CLASSES
    turns = random.uniform(0, 6.28) + np.arange(sides) * 6.2832 / sides
    reach, middle = random.uniform(0.15, 0.35) * side, random.uniform(0.35, 0.65, 2) * side
    points = (middle + reach * np.stack((np.cos(turns), np.sin(turns)), axis=1)).astype(np.int32)
    cv2.fillPoly(canvas, [points], random.integers(0, 256, 3).tolist())
    noise = random.normal(0, 8, canvas.shape)
    drawn = np.clip(canvas + noise, 0, 255).astype(np.uint8)
    cv2.imwrite(str(folder / f"class{number % CLASSES}" / f"{number:06d}.jpg"), drawn)


if __name__ == "__main__":
    main()
