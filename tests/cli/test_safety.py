"""`graft safety`: steps alone, the sweep, and answers that are read instead of found."""

import json
import subprocess
import sys

import pytest

from core.runs import trial
from core.screening.question import VIEWS
from core.screening.sweep import SWEEP_VIEWS
from core.screening.verdict import Verdict
from tests.cli.test_commands import QUICK, ROOT, graft  # noqa: F401  (a fixture)
from tests.screening.test_sweep import safety


def told(graft, images, *arguments):  # noqa: F811
    code, out, err = graft("safety", "--data", images, "--augment", "light", *arguments, "--json")
    assert code == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.mark.slow
def test_the_sweep_lists_strengths_and_where_it_turns(graft, images):  # noqa: F811
    found = told(graft, images, "--sweep")
    assert [point["strength"] for point in found["sweep"]] == [0.25, 0.5, 0.75, 1.0, 1.5, 2.0]
    assert all({"strength", "verdict", "affinity", "low", "high"} == set(point) for point in found["sweep"])
    assert {"turns", "turns_red"} <= set(found)
    code, out, _ = graft("safety", "--data", images, "--augment", "light", "--sweep")
    assert code == 0
    assert "The light" in out


@pytest.mark.slow
def test_each_step_is_told_alone(graft, images):  # noqa: F811
    found = told(graft, images, "--steps")
    assert [one["step"].split()[0].strip(":") for one in found["steps"]] == ["Rotate", "Translate", "Scale", "Colour"]
    assert all(one["verdict"] in ("green", "amber", "red", "unknown") for one in found["steps"])
    assert "sweep" not in found
    code, out, _ = graft("safety", "--data", images, "--augment", "light", "--steps")
    assert code == 0
    assert "Each step alone" in out


@pytest.mark.slow
def test_what_is_known_is_told_without_being_found_again(graft, images, monkeypatch):  # noqa: F811
    first = told(graft, images, "--steps")
    monkeypatch.setattr(trial, "screen_labels", lambda *_: pytest.fail("it is known already"))
    assert told(graft, images, "--steps") == first


def test_what_is_known_of_the_sweep_is_what_was_found_with_its_own_views(graft, images, monkeypatch):  # noqa: F811
    asked = []

    class Known:
        def all(self, about, pipelines):
            asked.append((about.views, [one.strength for one in pipelines]))
            return (safety(Verdict.GREEN),) * len(pipelines)

    monkeypatch.setattr("core.cli.lights.kept_in", lambda _: Known())
    assert told(graft, images, "--sweep", "--no-steps")["turns"] is None
    assert asked == [(VIEWS, [1.0]), (SWEEP_VIEWS, [0.25, 0.5, 0.75, 1.0, 1.5, 2.0])]
    assert VIEWS != SWEEP_VIEWS


def test_telling_what_is_known_does_not_wait_for_torch():
    code = "import sys, core.cli.lights; print([name for name in ('torch', 'albumentations') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_a_page_found_for_any_device_warns_here(graft, images, tmp_path, monkeypatch):  # noqa: F811
    asked_for = []

    def known(experiment, fingerprint, devices, workspace):
        asked_for.append(devices)

    monkeypatch.setattr("core.cli.lights.known_headline", known)
    code, _, err = graft("train", "--data", images, *QUICK, "--device", "cpu")
    assert code == 0, err
    assert asked_for == [("auto", "cpu")]
