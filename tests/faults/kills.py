"""Kills programs with SIGKILL at random moments and checks that nothing is lost and nothing is left behind.

`python -m tests.faults.kills --count 100 [--seed 0]`. In turn: a training, a training that is resumed, a scan of a
folder, the unpacking of a zip, a server with a training, a training whose views processes make, and the processes of
such a training, again and again while it goes on to its end. After each kill the workspace is opened as a program does
when it starts; then no run may be without its row, no temporary file and no shared memory be left, and what was there
before must be there, bit by bit. At the end every training is resumed, and its series must equal an undisturbed one.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums of as many threads here as in the programs that are killed

import argparse
import hashlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from safetensors.torch import load_file

from core.backbones.stages import stage_table
from core.data.collection import list_collections
from core.experiment import Experiment, Phase
from core.runs.execute import create_run, execute, reopen_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Control
from tests.conftest import make_experiment, make_images

ROOT = Path(__file__).parents[2]
START = "import sys; from pathlib import Path; from core.runs.workspace import Workspace; root = Path(sys.argv[1])\n"
TRAIN = (
    START
    + """
from core.experiment import Experiment
from core.runs.execute import create_run, execute, reopen_run
from core.runs.prepare import prepare
from core.work.control import Control
workspace = Workspace(root); workspace.recover(); workspace.sweep(); print("go", flush=True)
if sys.argv[3]:
    claim = reopen_run(workspace, sys.argv[3])
else:
    claim = create_run(workspace, prepare(Experiment.from_file(Path(sys.argv[2])), workspace.root, "cpu"))
for event in execute(workspace, claim, Control()): pass
"""
)
SCAN = (
    START
    + """
from core.data.sources import load_dataset
workspace = Workspace(root); print("go", flush=True)
while True:
    load_dataset(sys.argv[2], workspace.root)
    for path in Path(sys.argv[2]).rglob("*.png"): path.touch()
"""
)
UNPACK = (
    START
    + """
from core.data.collection import import_zip, create, add_images
workspace = Workspace(root); content = Path(sys.argv[2]).read_bytes(); print("go", flush=True)
while True:
    import_zip(workspace.root, "zip", content)
    add_images(create(workspace.root, "mine"), "a", [("one.png", Path(sys.argv[3]).read_bytes())])
"""
)
SERVE = (
    START
    + """
import os, runpy
os.environ["GRAFT_WORKSPACE"] = str(root)
from core.experiment import Experiment
from pages.ui.session import engine
from core.jobs import JobManager
manager = JobManager(engine.workspace()); print("go", flush=True)
manager.submit(Experiment.from_file(Path(sys.argv[2])), "cpu")
manager.wait(600)
"""
)
MARK = "GRAFT_KILLS"  # in the environment of what is started here
WORKERS = """
from core.features.workers.pool import WorkerPool
pool = WorkerPool(2)
Workspace.workers = lambda *_: pool.start() or pool  # as beside a GPU
"""
KINDS = ("train", "resume", "scan", "unpack", "serve", "views", "workers")


@dataclass
class Shop:
    """A workspace with images, an experiment, a zip, and what must never be lost of it."""

    folder: Path
    experiment: Experiment
    kept: dict[Path, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "workspace"


def set_up(folder: Path) -> Shop:
    """24 images, a zip of them, a training of four epochs, and a collection that must stay as it is."""
    images = make_images(folder / "images")
    names = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
    phases = (Phase(stages=("head",), epochs=2), Phase(stages=names[-2:], epochs=2, learning_rate=1e-3))
    experiment = make_experiment(images, phases=phases)
    (folder / "experiment.yaml").write_text(experiment.to_yaml())
    make_images(folder / "scanned", per_class=40)
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        for path in sorted(images.rglob("*.png")):
            archive.write(path, path.relative_to(images))
    return Shop(folder, experiment)


def kill(shop: Shop, kind: str, after_s: float) -> None:
    """Start a program, kill it so long after it began its work, and check what it left."""
    arguments = {
        "train": (TRAIN, shop.folder / "experiment.yaml", ""),
        "resume": (TRAIN, shop.folder / "experiment.yaml", _resumable(shop)),
        "scan": (SCAN, shop.folder / "scanned", ""),
        "unpack": (UNPACK, shop.folder / "images.zip", shop.folder / "images" / "cold" / "00.png"),
        "serve": (SERVE, shop.folder / "experiment.yaml", ""),
        "views": (START + WORKERS + TRAIN.removeprefix(START), shop.folder / "experiment.yaml", _resumable(shop)),
        "workers": (START + WORKERS + TRAIN.removeprefix(START), shop.folder / "experiment.yaml", ""),
    }[kind]
    code, *rest = map(str, arguments)
    command = [sys.executable, "-c", code, str(shop.root), *rest]
    shared = _shared_memory()
    # a session of its own: what it started must not outlive it
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env=os.environ | {MARK: str(shop.folder)},
    )  # fmt: skip
    assert child.stdout is not None
    began = child.stdout.readline()
    if kind == "workers":
        _kill_workers_of(child, shop, after_s / 5)
    else:
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
    _, errors = child.communicate()
    what = f"{kind} after {after_s:.2f} s"
    if began != b"go\n" or (kind == "workers" and child.returncode):
        shop.problems.append(f"{what}: {errors.decode(errors='replace')[-500:]}")
    _check(shop, what, shared, child.pid)


def _kill_workers_of(program: subprocess.Popen[bytes], shop: Shop, pause_s: float) -> None:
    """Kill its view workers, one after the other, until it has ended."""
    while program.poll() is None:
        time.sleep(pause_s + 0.1)
        for worker in _workers(shop)[:1]:
            with suppress(ProcessLookupError):
                os.kill(int(worker), signal.SIGKILL)


def _workers(shop: Shop) -> list[str]:
    """Processes that make views for the programs of this shop; they lie in sessions of their own."""
    found, mark = [], f"{MARK}={shop.folder}".encode()
    for name in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):  # it has just ended
            command = Path(f"/proc/{name}/cmdline").read_bytes()
            if b"core.features.workers.process" in command and mark in Path(f"/proc/{name}/environ").read_bytes():
                found.append(name)
    return found


def _resumable(shop: Shop) -> str:
    store = Workspace(shop.root).store
    found = [run.id for run in store.runs() if run.status.resumable]
    store.close()
    return found[0] if found else ""


def _check(shop: Shop, what: str, shared: set[str], session: int) -> None:
    time.sleep(2.1)  # a temporary file younger than this may be another program's, about to be locked
    workspace = Workspace(shop.root)
    workspace.recover()
    workspace.sweep()
    runs = shop.root / "runs"
    folders = {path.name for path in runs.iterdir()} if runs.is_dir() else set()
    orphans, rowless = folders - set(workspace.store.ids()), set(workspace.store.ids()) - folders
    temporary = [path for path in shop.root.rglob(".tmp-*") if path.exists()]
    half = [path.name for path in (shop.root / "datasets").glob("*") if not (path / ".collection.json").exists()]
    whole = {one.folder for one in list_collections(shop.root)}
    lost = [str(path) for path, digest in shop.kept.items() if _digest(path) != digest]
    left = _in_session(session)
    named = {
        "orphan": orphans,
        "no folder": rowless,
        "temporary": temporary,
        "half a collection": half,
        "lost": lost,
        "live": [run.id for run in workspace.store.live()],
        "shared memory": _shared_memory() - shared,
        "process": left,
        "worker": _workers(shop),
        "shared file": [
            path
            for path in (*shop.root.glob("graft-*"), *Path(tempfile.gettempdir()).glob("graft-?*"))
            if path.is_file()
        ],
    }
    shop.problems += [f"{what}: {problem}: {sorted(map(str, found))}" for problem, found in named.items() if found]
    for path in [*whole, *(runs / name for name in folders)]:
        for inner in path.rglob("*"):
            if inner.is_file() and inner.name in ("experiment.yaml", "data.json", "00.png"):
                shop.kept.setdefault(inner, _digest(inner))
    workspace.close()


def finish(shop: Shop) -> None:
    """Resume every training to its end; each series must equal that of a run that nobody disturbed."""
    workspace = Workspace(shop.root)
    lease = create_run(workspace, prepare(shop.experiment, workspace.root, "cpu"))
    list(execute(workspace, lease, Control()))
    expected = _series(workspace, lease.run_id)
    for run in workspace.store.runs():
        if run.status is not Status.COMPLETED:
            list(execute(workspace, reopen_run(workspace, run.id), Control()))
        found = _series(workspace, run.id)
        differs = [part for part in expected if found[part] != expected[part]]
        if differs:
            shop.problems.append(f"{run.id}: not as in an undisturbed run: {', '.join(differs)}")
    workspace.close()


def _series(workspace: Workspace, run_id: str) -> dict[str, object]:
    tensors = load_file(workspace.folder(run_id) / "best.safetensors")  # the file also says when it was made
    weights = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))).hexdigest()
    steps, epochs = workspace.store.steps(run_id), workspace.store.epochs(run_id)
    losses = [(e.epoch, e.train_loss, e.val_loss, e.val_accuracy) for e in epochs]
    made = [(s.step, s.loss, s.learning_rate) for s in steps]
    return {"steps": made, "epochs": losses, "scores": workspace.store.run(run_id).val, "weights": weights}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "gone"


def _shared_memory() -> set[str]:
    return {name for name in os.listdir("/dev/shm") if "torch" in name or "psm_" in name or "graft" in name}


def _in_session(session: int) -> list[str]:
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            if int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[3]) == session:
                found.append(name)
        except (OSError, IndexError, ValueError):  # it has just ended
            continue
    return found


def run(count: int, seed: int, report=None) -> list[str]:
    """Kill `count` programs; what was found wrong."""
    folder = Path(tempfile.mkdtemp(prefix="graft-kills-"))
    draw = random.Random(seed)
    try:
        shop = set_up(folder)
        for number in range(count):
            kind, after_s = KINDS[number % len(KINDS)], draw.uniform(0.0, 2.5)
            kill(shop, kind, after_s)
            if report:
                report(f"{number + 1}/{count} {kind:7} killed after {after_s:.2f} s, {len(shop.problems)} problems\n")
        finish(shop)
        return shop.problems
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Exit code 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    problems = run(asked.count, asked.seed, lambda text: (sys.stdout.write(text), sys.stdout.flush()))
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    sys.stdout.write(f"{asked.count} kills, {len(problems)} problems\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
