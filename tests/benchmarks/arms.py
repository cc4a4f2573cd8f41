"""One arm of a benchmark: what it is told, what it answers, and how it is run in a process of its own.

    python -m tests.benchmarks.arms < job.json

Its own process, so that its peak memory is its own and no library changes another's torch. This file imports no torch:
the process that starts the arms stays small.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

BUNDLED_BACKBONE = "efficientnet_lite0"
Recipe = Literal["plain", "fastai", "ours", "limit"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Epochs with one set of trainable stages: 'head', 'last' (the head and the stage before it) or 'all'."""

    stages: Literal["head", "last", "all"]
    epochs: int
    rate: float | None = None  # None: the arm's own


@dataclass(frozen=True, kw_only=True)
class Job:
    """What an arm is told. `folder` holds train/, val/ and maybe test/ with class folders in each."""

    recipe: Recipe
    folder: str
    threads: int
    stretches: tuple[Stretch, ...] = ()  # none: our default experiment
    backbone: str = BUNDLED_BACKBONE
    batch_size: int = 16
    workers: int = 0  # processes that load images; ours has threads instead
    precision: str = "default"  # 'default': as the engine chooses; fp32 elsewhere
    views: int | str | None = None  # ours; None: as in the default experiment
    solver: Literal["steps", "lbfgs"] = "steps"  # ours, where the head is trained alone
    large_pages: bool = True  # and freed memory kept, a setting of ours; others run as they come
    lean: bool = False  # fastai: cheap transforms, and BatchNorm layers of frozen stages stay frozen
    keep_best: bool = False  # test the best epoch's weights instead of the last one's
    hurry: bool = False  # where seconds are not compared: channels last and large pages for plain and fastai too
    beside: bool = False  # ours: the limit takes turns with it in the same process, as many images each time
    again: bool = False  # ours: a second run that changes only the head's learning rate
    seed: int = 0
    device: str = "cpu"


@dataclass(kw_only=True)
class Outcome:
    """What an arm answers. Accuracies are of the last epoch (val) and of the weights that were kept (test), 0..1."""

    train_images: int
    epochs: int
    seconds: float  # from loading the model to the end of training, every epoch's validation included
    prepare_s: float = 0.0  # listing and checking the images before that
    epoch_s: list[float] = field(default_factory=list)
    train_rate: float = 0.0  # images per second within the epochs, without validation; median over epochs
    val_accuracy: float | None = None
    test_accuracy: float | None = None
    test_images: int = 0
    test_right: list[str] | None = None  # names of the test images that are correctly classified, as 'class/file'
    cpu_s: float = 0.0  # processor time, children included: less touched by other programs than seconds
    peak_mb: float | None = None  # of the main process, without its workers
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Training images per second, everything counted."""
        return self.train_images * self.epochs / self.seconds


def run_apart(job: Job) -> Outcome:
    """Run a job in a fresh process. Raises `RuntimeError` with what it printed when it fails."""
    threads = str(job.threads)
    environment = os.environ | {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    environment["THP_MEM_ALLOC_ENABLE"] = str(
        int(job.large_pages and (job.hurry or job.recipe not in ("plain", "fastai")))
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.arms"], input=json.dumps(asdict(job)), cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The arm '{job.recipe}' failed:\n{done.stderr[-3000:]}")
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def count_images(folder: str | Path, part: str) -> int:
    """Files in the class folders of a part."""
    return sum(path.is_file() for path in Path(folder, part).glob("*/*"))


def machine(threads: int, device: str) -> dict[str, object]:
    """What the figures hold for."""
    return {
        "processor": _processor(), "cores": os.cpu_count(), "threads": threads, "device": device,
        "python": platform.python_version(), "system": platform.system(), "load_before": load(),
    }  # fmt: skip


def load() -> float | None:
    """How many programs wanted a processor in the last minute; figures taken while others compute are worth little."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _work(job: Job) -> Outcome:
    import torch

    torch.set_num_threads(job.threads)
    if job.recipe == "ours":
        from tests.benchmarks.ours import train
    elif job.recipe == "fastai":
        from tests.benchmarks.with_fastai import train
    elif job.recipe == "plain":
        from tests.benchmarks.plain import train
    else:
        from tests.benchmarks.plain import limit as train
    before = sum(os.times()[:4])
    outcome = train(job)
    outcome.cpu_s = sum(os.times()[:4]) - before
    outcome.peak_mb = _peak_mb()
    return outcome


def _peak_mb() -> float | None:
    """The most memory that this process has held."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024
    except OSError:
        pass  # no /proc outside Linux: asked otherwise below
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def _processor() -> str:
    """The processor's name, with its kind where the name says little."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    quick = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in facts.get("flags", "").split()]
    return f"{facts.get('model name', platform.machine())} ({' '.join(quick)})"


if __name__ == "__main__":
    given = json.load(sys.stdin)
    given["stretches"] = tuple(Stretch(**stretch) for stretch in given["stretches"])
    print(json.dumps(asdict(_work(Job(**given)))))  # noqa: T201
