"""What is said of a data set: every section under its title for `graft data`, the first lines of it elsewhere."""

import sys
from pathlib import Path

import pytest
from rich.console import Console

from core.cli import data
from core.cli.data import MOST_LINES, print_report
from core.cli.show import format_scores
from core.data.dataset import LeftOut
from core.data.report import DataReport
from core.experiment import Reading
from core.tasks.scorecard import Score, Scorecard
from core.wording import as_reading
from tests.cli.test_commands import graft  # noqa: F401 - a fixture


def report(notes=(), problems=(), left_out=(), unlabelled=(), name="set"):
    return DataReport(
        name, {"ant": 4, "bee": 9}, {"train": 8, "val": 3, "test": 2}, tuple(left_out), tuple(notes), tuple(problems),
        Reading(), (), tuple(unlabelled),
    )  # fmt: skip


LINE = "2 classes: ant 4, bee 9; 8 train, 3 val, 2 test"


@pytest.fixture
def told(graft, monkeypatch):  # noqa: F811
    """The lines of `graft data` for a report."""
    monkeypatch.setenv("COLUMNS", "400")

    def call(found):
        monkeypatch.setattr(data, "report", lambda *_: found)
        code, out, err = graft("data", "somewhere")
        assert (code, err) == (0, "")
        return out.splitlines()

    return call


def test_sections_have_titles_and_empty_ones_have_none(told):
    assert told(report(name="[set]")) == [f"[set]: {LINE}"]
    full = report(
        [f"One label ({as_reading(task='multilabel')}).", "Two [b]."], ["No test images."],
        [LeftOut("a[b].png", "Is damaged."), LeftOut("c.png", "Is small."), LeftOut("d.png", "Is small.")],
        [Path("to predict"), Path("/x")],
    )  # fmt: skip
    assert told(full) == [
        f"set: {LINE}", "A training cannot start:", "  No test images.",
        "Notes:", "  One label (`--task multilabel`).", "  Two [b].",
        "Left out (3):", "  a[b].png: Is damaged.", "  c.png: Is small.", "  d.png: Is small.",
        "For prediction:", "  graft predict RUN 'to predict'", "  graft predict RUN /x",
    ]  # fmt: skip


@pytest.fixture
def short_form(capsys, monkeypatch):
    def call(found):
        monkeypatch.setattr(data.people, "_file", sys.stderr)
        print_report(found)
        out, err = capsys.readouterr()
        assert out == ""
        return err.splitlines()

    return call


@pytest.mark.parametrize("more", [-1, 0, 1, 5])
def test_other_commands_tell_the_first_lines_and_count_the_rest(short_form, more):
    count = MOST_LINES + more
    found = report([f"Note {n}." for n in range(count)], ["No."], [LeftOut(f"{n}.png", "Why.") for n in range(count)])
    shown = range(min(count, MOST_LINES))
    rest = [f"{more} more files were left out; `graft data` names them."] if more > 0 else []
    assert short_form(found) == [
        LINE, *(f"Note {n}." for n in shown), *(f"{n}.png was left out: Why." for n in shown), *rest,
    ]  # fmt: skip


def test_what_to_do_is_said_as_options_in_every_line(short_form):
    advice = f"Read it otherwise ({as_reading(layout='folders')})."
    _, note, left_out = short_form(report([advice], (), [LeftOut("a.png", advice)]))
    assert note == "Read it otherwise (`--layout folders`)."
    assert left_out == f"a.png was left out: {note}"


def test_a_line_of_any_length_is_cut_but_not_one_that_fits(short_form):
    fits, note, reason = "f" * 300, "n" * 301, "r" * 400
    _, kept, cut, left_out = short_form(report([fits, note], (), [LeftOut("a.png", reason)]))
    assert kept == fits
    assert (len(cut), len(left_out)) == (300, 300)
    assert left_out.startswith("a.png was left out: rrr")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_drawn_only_in_a_terminal_and_only_where_there_is_something_to_read(monkeypatch, terminal):
    import io

    monkeypatch.setattr(data, "people", Console(file=io.StringIO(), force_terminal=terminal, width=80))
    started = []
    real = data.Progress.start
    monkeypatch.setattr(data.Progress, "start", lambda self: (started.append(self), real(self)))
    with data.bar() as progress:
        progress(3, 3)
        assert started == []
        progress(2, 5)
        assert len(started) == 1
        assert started[0].live.is_started is terminal
        task = started[0].tasks[0]
        assert (task.completed, task.total) == (2, 5)
    assert not started[0].live.is_started


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score("accuracy", 0.9163, 0.742, 0.981), "0.916 (0.742 to 0.981, n=13)"),
        (Score("accuracy", 0.9163), "0.916 (n=13)"),
        (
            Score("macro_f1", 0.5, 0.25, 0.75, note="0 for '[a]'"),
            "macro f1 0.500 (0.250 to 0.750, n=13; 0 for '\\[a]')",
        ),
    ],
)
def test_the_main_score_is_told_with_its_name_interval_and_note(score, text):
    assert format_scores(Scorecard((score, Score("other", 0.1)), 13)) == text
    assert format_scores(None) == "-"


@pytest.mark.parametrize(("options", "root"), [((), "workspace"), (("--workspace", "elsewhere"), "elsewhere")])
def test_a_data_set_is_read_as_the_options_say(graft, monkeypatch, tmp_path, options, root):  # noqa: F811
    asked = []
    monkeypatch.setattr(data, "report", lambda *given: asked.append(given) or report())
    graft("data", "some", "--layout", "csv", "--labels", "l.csv", "--file-column", "f", "--label-column", "c", "--task",
          "multilabel", "--near-copies", "drop", "--distinct", "a.png", *options)  # fmt: skip
    ((spec, where),) = asked
    assert spec.source == "some"
    assert spec.reading == Reading(layout="csv", labels="l.csv", file_column="f", label_column="c", task="multilabel")
    assert (spec.split.near_copies, spec.split.distinct, tmp_path / where) == ("drop", ("a.png",), tmp_path / root)
