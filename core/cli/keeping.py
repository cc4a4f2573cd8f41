"""`graft keep`: keep the last epoch of a run instead of the chosen one, or undo this."""

from typing import Annotated

import typer
from rich.console import Console

from core.cli.data import progress_bar
from core.cli.options import JsonOption, WorkspaceOption
from core.cli.show import format_scores, literal, print_json, summary
from core.runs.workspace import open_workspace


def keep(
    run: Annotated[str, typer.Argument(help="The id of a run that is over.")],
    last: Annotated[bool, typer.Option("--last/--best", help="The last epoch, or the one that was chosen.")],
    device: Annotated[str | None, typer.Option(help="Another device than the run's.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the last epoch of a run instead of the chosen one, or the chosen one again; results and predict follow."""
    from core.evaluation.kept_words import choice_words, kept_choice, use_words
    from core.runs.keep import keep_epoch

    with open_workspace(workspace) as opened:
        with progress_bar() as shown:
            updated_run = keep_epoch(opened, run, "last" if last else "best", device=device, on_progress=shown)
        choice = kept_choice(opened.store.epochs(updated_run.id))
    if as_json:
        print_json(summary(updated_run, with_test=False))  # does not reveal the test result
        return
    if choice is not None and updated_run.val is not None:
        monitor = updated_run.experiment.recipe.monitor
        sentence = use_words(choice) if last else choice_words(choice, monitor, updated_run.val.n)
        Console().print(literal(sentence), soft_wrap=True)
    Console().print(f"validation {format_scores(updated_run.val)}", soft_wrap=True)
