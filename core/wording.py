"""A choice within a sentence. The engine names it as data, in the form that scripts take; whoever shows the sentence
says it in own words: the command line as options, a page by the name of its control.

    f"... read the images as several labels per image ({as_reading(task='multilabel')})."
    ... read the images as several labels per image (`reading={"task": "multilabel"}`).    engine, scripts
    ... read the images as several labels per image (`--task multilabel`).                 command line
    ... read the images as several labels per image (“Labels per image” on the Data page). pages

The sentence stays plain text on its way, so that notes, reasons and errors can be joined, kept in files and sent.
"""

import json
import re
from collections.abc import Callable, Mapping

OWN = "..."  # instead of a value: the user gives it
_CHOICE = re.compile(r"`reading=(\{[^`]*\})`")


def as_reading(**fields: str) -> str:
    """Fields of `core.experiment.Reading` for the middle of a sentence; a value may be `OWN`."""
    pairs = ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in fields.items())
    return f"`reading={{{pairs}}}`"


def worded(text: str, say: Callable[[Mapping[str, str]], str]) -> str:
    """`text` with `say(fields)` instead of each choice; other text is not changed."""
    return _CHOICE.sub(lambda found: _said(found, say), text)


def _said(found: re.Match[str], say: Callable[[Mapping[str, str]], str]) -> str:
    try:
        fields = json.loads(found[1])
    except (ValueError, RecursionError):  # cut off, or the name of a file that only looks like a choice
        return found[0]
    return say(fields) if fields and all(isinstance(value, str) for value in fields.values()) else found[0]


def _quoted(text: str) -> str:
    # what no screen shows is written as an escape already: an error would escape it otherwise, and not as JSON does
    return json.dumps(text, ensure_ascii=not text.isprintable()).replace("`", "\\u0060")
