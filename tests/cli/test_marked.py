"""How lines are marked: errors red, what is left out yellow, lights in their colour; and none is wrapped."""

from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from core.cli import commands, lights
from core.cli.data import MOST_LINES, print_report
from core.cli.options import LARGEST_SEED
from core.cli.predictions import MOST_NAMED, _Reporter
from core.cli.texts import LONGEST_NUMBER, parse_views
from core.data.dataset import LeftOut
from core.data.report import DataReport
from core.errors import InvalidExperiment
from core.evaluation.given import Given
from core.evaluation.predict import Answer
from core.experiment import Reading
from core.screening.headline import Headline
from core.screening.verdict import Safety, Verdict
from tests.cli.test_commands import graft  # noqa: F401 - a fixture
from tests.conftest import make_experiment


@pytest.fixture
def printed(monkeypatch):
    """(whether on stderr, the text with its marks) of all that is printed; text is never wrapped."""
    told = []

    def note(self, text, **how):
        if not isinstance(text, Table):
            assert how == {"soft_wrap": True} or len(text) < 70, f"it would be wrapped: {text}"
            told.append((self.stderr, text))

    monkeypatch.setattr(Console, "print", note)
    return told


def test_a_report_has_yellow_lines_for_what_is_left_out(printed):
    left_out = tuple(LeftOut(f"{n}.png", "Is [small].") for n in range(11))
    found = DataReport("set", {"a": 1}, {"train": 1}, left_out, ("Note [b].",), (), Reading(), (), ())
    print_report(found)
    assert printed[:3] == [
        (True, "1 class: a 1; 1 train"), (True, r"Note \[b]."), (True, r"[yellow]0.png was left out: Is \[small].[/]"),
    ]  # fmt: skip
    assert printed[-1] == (True, "[yellow]1 more files were left out; `graft data` names them.[/]")


def test_answers_are_marked_by_what_is_wrong(printed):
    def given(name, **parts):
        return Answer(Given(name, lambda: b"", **parts), reason="Why [b].")

    reporter = _Reporter()
    good = Answer(Given("[g].png", lambda: b""), np.ones(1), notes=("Is [dim].",))
    files = [given("a"), given("b", wanted=False), given("c", wanted=False, hidden=True), good]
    assert list(reporter.with_probabilities(iter(files))) == [good]
    with pytest.raises(commands.typer.Exit) as ended:
        reporter.end()
    assert ended.value.exit_code == 2
    assert printed == [
        (True, r"[bold red]Error:[/] a: Why \[b]."), (True, r"[yellow]Left out:[/] b: Why \[b]."),
        (True, r"[yellow]Left out:[/] c: Why \[b]."), (True, r"[yellow]Note:[/] \[g].png: Is \[dim]."),
    ]  # fmt: skip
    with pytest.raises(commands.typer.Exit) as ended:
        _Reporter().end()
    assert ended.value.exit_code == 2
    assert printed[-1][1].startswith("[bold red]Error:[/] There is no image")


def test_errors_are_red_and_their_choices_follow(graft, printed, tmp_path):  # noqa: F811
    assert graft("data", tmp_path / "[gone]")[0] == 2
    assert printed == [(True, printed[0][1])]
    assert printed[0][1].startswith("[bold red]Error:[/] There is no folder or zip ")
    assert r"\[gone]" in printed[0][1]
    for name in ("one", "two"):
        for part in ("[x]", "y"):
            (tmp_path / "set" / name / part).mkdir(parents=True)
            (tmp_path / "set" / name / part / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    printed.clear()
    assert graft("data", tmp_path / "set")[0] == 2
    assert printed[0][1].startswith("[bold red]Error:[/] ")
    assert all(line.startswith("  --layout ") for _, line in printed[1:])


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [(Verdict.GREEN, "green"), (Verdict.AMBER, "yellow"), (Verdict.RED, "red"), (Verdict.UNKNOWN, "blue")],
)
def test_a_light_has_its_colour(printed, verdict, colour):
    whole = Safety(verdict, "Why [b].", 41, 1, 0.9, 0.8, 0.7, 0.85, 0.1, 0.5, (), (), (), ())
    lights.print_lights(lights.Lights(whole, Headline(verdict, "Worst [b].", ("A [b]",)), (("S [b]", whole),)))
    light = f"[bold {colour}]{verdict}[/]"
    assert printed == [
        (False, rf"{light}  A \[b]: Worst \[b]."), (False, "The pipeline as it is:"),
        (False, rf"  {light}  Why \[b]."), (False, "Each step alone, applied to every view:"),
        (False, rf"  {light}  S \[b]: Why \[b]."),
        (False, "A screening of 41 training images in 1 view each, with frozen features: affinity 0.80 (0.70 to 0.85). "
                "Only trainings decide."),
    ]  # fmt: skip


def test_a_warning_before_a_training_is_yellow(printed, monkeypatch, tmp_path):
    asked = []
    known = Headline(Verdict.AMBER, "Why [b].", ("A",))
    monkeypatch.setattr(lights, "known_headline", lambda *given: asked.append(given) or known)
    plan = make_experiment(tmp_path)
    plan = plan.changed(data=plan.data.model_copy(update={"fingerprint": "abc"}))
    lights.warn(plan, tmp_path, "cpu")
    assert printed == [(True, r"[yellow]The augmentation may harm labels (A): Why \[b].[/]")]
    assert asked == [(plan, "abc", ("auto", "cpu"), tmp_path)]


def test_the_command_raises_the_limit_of_open_files_first(graft, monkeypatch):  # noqa: F811
    happened = []
    monkeypatch.setattr(commands, "allow_many_handles", lambda: happened.append("limit"))
    monkeypatch.setattr(commands, "app", lambda: happened.append("app") or commands.sys.exit(0))
    assert graft("runs")[0] == 0
    assert happened == ["limit", "app"]


def test_a_second_ctrl_c_leaves_though_the_store_is_locked(monkeypatch):
    from core.errors import StorageLocked

    left = []

    def together(wait_s):
        raise StorageLocked("It is locked.")

    monkeypatch.setattr(commands.os, "_exit", left.append)
    store = SimpleNamespace(together=together)
    control = SimpleNamespace(abort=lambda: left.append("abort"))
    with commands._interruptible(SimpleNamespace(store=store), "run-3", control):
        commands.signal.raise_signal(commands.signal.SIGTERM)
        commands.signal.raise_signal(commands.signal.SIGTERM)
    assert left[:2] == ["abort", 130]


def test_how_much_is_named_before_the_rest_is_counted():
    assert (MOST_LINES, MOST_NAMED, LONGEST_NUMBER, LARGEST_SEED) == (10, 20, 9, 2147483647)
    assert parse_views("9" * 9) == 999_999_999
    with pytest.raises(InvalidExperiment):
        parse_views("9" * 10)
