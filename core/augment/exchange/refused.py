"""Why Albumentations refuses a transform of a file, in plain sentences."""

from typing import Any

from pydantic import ValidationError

from core.text import short

_MOST = 5  # sentences per transform


class UnknownArguments(ValueError):
    """Arguments that a class does not have, with their values."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        super().__init__(", ".join(arguments))
        self.arguments = arguments


def reasons(error: Exception) -> list[str]:
    """One sentence per refused argument."""
    if isinstance(error, UnknownArguments):
        sentences = [
            f"it has no argument {short(name, 40)} (here {_value(value)})." for name, value in error.arguments.items()
        ]
    elif (checked := _checked(error)) is not None:
        problems = {_argument(one["loc"]): dict(one) for one in checked.errors()}
        sentences = [_of_an_argument(name, problem) for name, problem in problems.items()]
    else:
        sentences = [f"Albumentations refuses it: {short(' '.join(str(error).split()).rstrip('.'), 200)}."]
    return sentences[:_MOST]


def _checked(error: BaseException | None) -> ValidationError | None:
    """The pydantic error behind `error`, which the library re-raises as text."""
    while error is not None and not isinstance(error, ValidationError):
        error = error.__cause__ or error.__context__
    return error


def _argument(location: tuple[int | str, ...]) -> str:
    return next((part for part in location if isinstance(part, str)), "")


def _of_an_argument(name: str, problem: dict[str, Any]) -> str:
    if problem["type"] == "missing":
        return f"its argument '{short(name, 40)}' is missing."
    reason = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    reason = reason.replace("Input should", "it should").rstrip(".")
    if not name:
        return f"Albumentations refuses it: {short(reason, 200)}."
    return f"Albumentations refuses it: '{short(name, 40)}' is {_value(problem['input'])}: {short(reason, 160)}."


def _value(value: Any) -> str:
    return short(repr(value) if len(str(value)) < 1000 else "a long value", 60)
