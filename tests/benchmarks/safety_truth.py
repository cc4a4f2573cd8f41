"""Do the lights of label safety tell the truth? Trainings with and without each augmentation. A benchmark, not a test.

    nice python -m tests.benchmarks.safety_truth [--json FILE] [--pairs signs:flip,stamps:flip] [--seeds 0,1,2,3,4]

For each seed a training set is drawn (signs: 144 images, 36 more validate; stamps: the committed folds), its lights are
asked for as `graft safety` does, and the default experiment is trained once without any augmentation and once with each
pair's pipeline. Signs are tested on 420 others, never seen. Red is right when the drop's 95 % interval excludes 0,
green when its lower end lies above -3 points; amber and unknown promise nothing. `--json` keeps results as they come,
and what is there is not computed again: name a new file when the engine has changed.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from core import files
from core.experiment import Experiment, PipelineSpec
from core.planning.experiments import default_experiment
from core.runs import artifacts
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.trial import screen_labels
from core.runs.workspace import Workspace
from core.work.control import Control
from tests.benchmarks.arms import machine
from tests.benchmarks.folds import SPLITS
from tests.benchmarks.safety.pairs import PAIRS, Pair, Sample, digest, trials
from tests.benchmarks.safety.reckon import Effect, agrees, effect, light

people = Console(stderr=True)
CONTROL = "none"  # the arm without augmentation
Kept = dict[str, Any]


def main() -> None:
    given = _arguments()
    kept = _read(given)
    for sample in dict.fromkeys(pair.sample for pair in given.pairs):
        pairs = [pair for pair in given.pairs if pair.sample == sample]
        for trial in trials(sample, given.seeds):
            if any(not _done(kept, pair, trial) for pair in pairs):
                _one_trial(sample, trial, pairs, kept, given.json)
    kept["summary"] = summary(kept, given.pairs)
    _keep(given.json, kept)
    Console(width=max(people.width, 120)).print(table(kept["summary"]))


def _arguments() -> argparse.Namespace:
    known = {pair.key: pair for pair in PAIRS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=",".join(known), help=f"default: all of {', '.join(known)}")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=list(range(5)))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if unknown := [key for key in given.pairs.split(",") if key not in known]:
        parser.error(f"no pair {unknown[0]}; there are {', '.join(known)}")
    given.pairs = [known[key] for key in given.pairs.split(",")]
    return given


def _read(given: argparse.Namespace) -> Kept:
    """What an earlier run has kept, or a new beginning. `lights` and `trained` are by arm and trial."""
    import torch

    torch.set_num_threads(given.threads)
    if given.json is not None and given.json.exists():
        kept: Kept = json.loads(given.json.read_text(encoding="utf-8"))
        return kept
    return {"machine": machine(given.threads, "cpu"), "pipelines": {}, "lights": {}, "trained": {}}


def _keep(path: Path | None, kept: Kept) -> None:
    if path is not None:
        files.write_json(path, kept)


def _done(kept: Kept, pair: Pair, trial: int) -> bool:
    if kept["pipelines"].setdefault(pair.key, digest(pair)) != digest(pair):
        raise SystemExit(f"The file holds results of another pipeline for {pair.key}. Name another file.")
    places = (kept["trained"].get(pair.key, {}), kept["trained"].get(_control(pair.sample), {}),
              kept["lights"].get(pair.key, {}))  # fmt: skip
    return all(str(trial) in place for place in places)


def _control(sample: Sample) -> str:
    return f"{sample}:{CONTROL}"


def _one_trial(sample: Sample, trial: int, pairs: Sequence[Pair], kept: Kept, path: Path | None) -> None:
    """Lights and trainings of one training set, each kept as soon as it is there."""
    with tempfile.TemporaryDirectory() as folder:
        images, workspace = Path(folder) / "images", Workspace(Path(folder) / "workspace")
        pairs.prepare(sample, trial, images)
        base = default_experiment(str(images)).changed(seed=trial)
        dark = [pair for pair in pairs if str(trial) not in kept["lights"].get(pair.key, {})]
        for pair, shown in zip(dark, _lights(base, workspace, [pair.pipeline for pair in dark]), strict=True):
            kept["lights"].setdefault(pair.key, {})[str(trial)] = shown
        _keep(path, kept)
        arms = {_control(sample): PipelineSpec()} | {pair.key: pair.pipeline for pair in pairs}
        for arm, pipeline in arms.items():
            results = kept["trained"].setdefault(arm, {})
            if str(trial) not in results:
                results[str(trial)] = _trained(base.changed(pipeline=pipeline), workspace)
                result = results[str(trial)]
                people.print(
                    f"trial {trial}: {arm} {result['accuracy']:.3f} in {result['seconds']:.0f} s", highlight=False
                )
                _keep(path, kept)


def _lights(experiment: Experiment, workspace: Workspace, pipelines: Sequence[PipelineSpec]) -> list[str]:
    if not pipelines:
        return []
    began = time.monotonic()
    found = _result(screen_labels(experiment, workspace, "cpu", pipelines, Control()))
    people.print(f"{len(pipelines)} lights in {time.monotonic() - began:.0f} s", highlight=False)
    return [safety.verdict.value for safety in found]


def _trained(experiment: Experiment, workspace: Workspace) -> Kept:
    """One training: which test images it classifies correctly, and how long it took with its evaluation."""
    began = time.monotonic()
    prepared = prepare(experiment, workspace.root, "cpu")
    lease = create_run(workspace, prepared)
    for _ in execute(workspace, lease, Control()):
        pass
    answers = artifacts.read_predictions(workspace.folder(lease.run_id), "test")
    right = answers.probabilities.argmax(axis=1) == answers.labels
    return {
        "accuracy": float(right.mean()), "seconds": round(time.monotonic() - began, 1),
        "right": {name: bool(one) for name, one in zip(answers.names, right, strict=True)},
    }  # fmt: skip


def _result(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


def summary(kept: Kept, pairs: Sequence[Pair]) -> dict[str, Kept]:
    """Per pair: light, in how many trials it was that one, effect, and whether they agree."""
    made: dict[str, Kept] = {}
    for pair in pairs:
        lights = list(kept["lights"].get(pair.key, {}).values())
        found = _effect(kept, pair)
        if not lights or found is None:
            continue
        shown = light(lights)
        made[pair.key] = {
            "step": pair.step.model_dump(mode="json"), "light": shown, "times": lights.count(shown),
            "lights": len(lights), "effect": vars(found), "agrees": agrees(shown, found),
        }  # fmt: skip
    return made


def _effect(kept: Kept, pair: Pair) -> Effect | None:
    """Of stamps, the folds share their training images."""
    without, with_it = (
        {int(trial): result["right"] for trial, result in kept["trained"].get(arm, {}).items()}
        for arm in (_control(pair.sample), pair.key)
    )
    return effect(without, with_it, 1 / (SPLITS - 1) if pair.sample == "stamps" else 0.0)


def table(made: dict[str, Kept]) -> Table:
    """The summary for people; the last line counts."""
    shown = Table(box=None, header_style="bold")
    for column in (
        "pair",
        "p",
        "light",
        "of trials",
        "with - without, points",
        "95 % interval",
        "Student's t",
        "agrees",
    ):
        shown.add_column(column, justify="right" if column in ("p", "with - without, points") else "left")
    for key, row in made.items():
        away = row["effect"]
        shown.add_row(
            key, f"{row['step']['p']:g}", row["light"], f"{row['times']}/{row['lights']}",
            f"{100 * away['mean']:+.1f}", f"{100 * away['low']:+.1f} to {100 * away['high']:+.1f}",
            f"{100 * away['t_low']:+.1f} to {100 * away['t_high']:+.1f}",
            {True: "yes", False: "NO", None: "promises nothing"}[row["agrees"]],
        )  # fmt: skip
    result = [row["agrees"] for row in made.values() if row["agrees"] is not None]
    shown.add_row(f"{sum(result)} of {len(result)} agree", *[""] * 7)
    return shown


if __name__ == "__main__":
    main()
