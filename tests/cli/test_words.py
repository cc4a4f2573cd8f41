"""What the commands say of their findings: whose numbers stand in which column, of which phase and in which unit."""

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from core.cli import lights, predictions
from core.cli.show import print_json
from core.experiment import Phase
from core.runs import trial
from core.screening.sweep import StrengthSweep
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict
from core.tasks.decision import Decision
from core.training.estimate import Estimate
from core.training.sweep import Sweep
from core.work.progress import Progress
from tests.cli.test_commands import QUICK, graft  # noqa: F401 - a fixture
from tests.conftest import make_experiment


def ending(result, asked):
    """A generator of progress that returns `result` and notes what it was asked."""

    def work(*given):
        asked.append(given)
        yield Progress(what="at work", done=1, total=2)
        return result

    return work


def test_an_estimate_is_told_in_seconds_and_megabytes(graft, divided, tmp_path, monkeypatch):  # noqa: F811
    asked = []
    found = Estimate(seconds=41.6, seconds_uncut=130.2, kept_bytes=7 << 20)
    monkeypatch.setattr(trial, "measure", ending(found, asked))
    options = ("--data", divided, *QUICK, "--phase", "head:3", "--workspace", tmp_path / "elsewhere")
    _, out, _ = graft("estimate", *options)
    assert out.strip() == "About 42 s with what is kept (7 MB of features), 2 min 10 s without."
    _, out, _ = graft("estimate", *options, "--json")
    assert json.loads(out.splitlines()[-1]) == {"seconds": 41.6, "seconds_uncut": 130.2, "kept_bytes": 7 << 20}
    plan, workspace, device, _ = asked[0]
    assert (plan.epochs, device, workspace.root) == (3, "cpu", tmp_path / "elsewhere")


@pytest.mark.parametrize(("number", "index"), [(None, 1), (1, 0), (2, 1), (3, 2)])
def test_a_rate_is_looked_for_in_the_phase_that_is_named(graft, divided, tmp_path, monkeypatch, number, index):  # noqa: F811
    asked = []
    found = Sweep((1e-4, 1e-3), (2.0, 1.0), (1.9, 1.1), 0.00042, "Because [of] this.")
    monkeypatch.setattr(trial, "sweep_rates", ending(found, asked))
    phases = (
        Phase(stages=("head",), epochs=2, solver="lbfgs"), Phase(stages=("head",), epochs=1),
        Phase(stages=("head",), epochs=3),
    )  # fmt: skip
    file = tmp_path / "plan.yaml"
    file.write_text(make_experiment(divided, phases=phases).to_yaml())
    options = ("--experiment", file, *(("--phase-number", number) if number else ()))
    code, out, _ = graft("find-lr", *options)
    assert code == 0
    assert [given[3] for given in asked] == [index]
    lines = out.splitlines()
    assert lines[-2:] == [f"Suggested learning rate for phase {index + 1}: 0.00042", "Because [of] this."]
    _, out, _ = graft("find-lr", *options, "--json")
    assert json.loads(out.splitlines()[-1])["suggested"] == 0.00042


def one(name, images, clean, affinity, becomes=None):
    low, high = (0.0, 1.0) if affinity is None else (affinity - 0.1, affinity + 0.05)
    return ClassSafety(name, images, clean, affinity, low, high, 0.2, 0.1, becomes)


def safety(verdict=Verdict.AMBER, affinity=0.8, classes=()):
    return Safety(
        verdict, "Why.", 40, 8, 0.9, affinity, affinity - 0.07, affinity + 0.03, 0.1, 0.5, classes, (), (), ()
    )


def printed(table):
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_each_class_has_its_own_row():
    classes = (
        one("cat", 17, 0.94, 0.71, Confusion("cat", "d[o]g", 0.28)), one("d[o]g", 9, 0.88, 0.97),
        one("owl", 4, 0.5, None, Confusion("owl", "cat", 0.6)),
    )  # fmt: skip
    _, *rows = printed(lights._classes(safety(classes=classes)))
    assert rows == [
        "cat 17 94 % 0.71 (0.61 to 0.76) d[o]g 28 %", "d[o]g 9 88 % 0.97 (0.87 to 1.02)",
        "owl 4 50 % too few images cat 60 %",
    ]  # fmt: skip


def test_each_strength_has_its_own_row():
    sweep = StrengthSweep(
        (0.25, 1.0, 2.0), (safety(Verdict.GREEN, 0.97), safety(Verdict.AMBER, 0.83), safety(Verdict.RED, 0.4)),
        1.0, 2.0, (),
    )  # fmt: skip
    _, *rows = printed(lights._strengths(sweep))
    assert rows == ["0.25 green 0.97 (0.90 to 1.00)", "1 amber 0.83 (0.76 to 0.86)", "2 red 0.40 (0.33 to 0.43)"]
    assert sweep.sentence == "The light turns between strength 0.25 and 1. It is red from 2 on."


def test_backbones_are_listed_with_their_own_numbers(graft):  # noqa: F811
    rows = {row["name"]: row for row in json.loads(graft("backbones", "--json")[1].splitlines()[-1])}
    from core.backbones.catalogue import BACKBONES

    assert set(rows) == set(BACKBONES)
    for name, entry in BACKBONES.items():
        row = rows[name]
        assert (row["parameters"], row["image_size"], row["imagenet_top1"], row["family"], row["licence"]) == (
            entry.parameters, entry.image_size, entry.top1, entry.family, entry.licence,
        )  # fmt: skip
    lines = [line for line in graft("backbones")[1].splitlines() if line.startswith(" efficientnet_lite0 ")]
    entry = BACKBONES["efficientnet_lite0"]
    for words in (f"{entry.parameters / 1e6:.1f} M", str(entry.image_size), f"{entry.top1:.1f} %", "yes"):
        assert words in (lines or [graft("backbones")[1]])[0]


def test_classes_are_called_the_same_in_the_json_of_data_and_predict(capsys):
    classes = ("cat\x1b[31m", "né", "do\u202eg")
    predictor = SimpleNamespace(classes=classes, decision=Decision(classes))
    answer = SimpleNamespace(given=SimpleNamespace(name="a.png"), probabilities=np.array([0.2, 0.1, 0.7], np.float32))
    predictions._write_json(predictor, iter([answer]))
    print_json({"classes": dict.fromkeys(classes, 3)})
    (predicted,), data = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(predicted["probabilities"]) == list(data["classes"]) == ["cat\\x1b[31m", "né", "do\\u202eg"]
    assert predicted["class"] == "do\\u202eg"
