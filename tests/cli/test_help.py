"""What `--help` says of every command, by its parts: word for word in `help.txt`, however wide a terminal is."""

import typing
from pathlib import Path

import pytest
import typer

from core.cli.commands import app
from tests.recorded import Recorded

GROUP = typer.main.get_command(app)
COMMANDS = ("graft", *GROUP.commands)
RECORDED = Recorded(Path(__file__).with_name("help.txt"))


def parts(command):
    """What it does, then a line for each of its arguments and options, in their order."""
    lines = [command.help, f"without arguments: {'its help' if command.no_args_is_help else 'it runs'}"]
    for one in command.params:
        names = " ".join([*one.opts, *one.secondary_opts])
        limits = [end for end in (one.min, one.max) if end is not None]
        facts = {
            "required": one.required, "default": one.default, "repeatable": one.multiple or one.nargs != 1,
            "metavar": one.metavar, "limits": limits or None, "from": one.envvar,
            "flag": getattr(one, "is_flag", False), "hidden": one.hidden,
        }  # fmt: skip
        said = ", ".join(f"{name} {fact}" for name, fact in facts.items() if fact not in (None, False))
        lines += [f"{names} ({_kind(one.type_descriptor.annotation)}; {said})", f"    {one.help}"]
    return "\n".join(lines)


def _kind(annotation):
    of = typing.get_args(annotation)
    return f"list of {of[0].__name__}" if of else annotation.__name__


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_says_what_it_always_said(name):
    command = GROUP if name == "graft" else GROUP.commands[name]
    RECORDED.check(name, parts(command))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used(COMMANDS)
