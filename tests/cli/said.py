"""What a command prints and what it asks of the engine, in the form in which it is recorded."""

import json
import re
import shlex

from core.planning.experiments import default_experiment

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_FRAME = ("Usage: ", "Try '", "╭", "╰")
_RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")


class Told:
    """Runs commands on named places, and writes down what they print. `asked` are lines on what the engine is asked."""

    def __init__(self, call, places):
        self._call = call
        self._places = {name: str(place) for name, place in places.items()}
        self.asked = []

    def __call__(self, line):
        """The text of `graft LINE`; a word of the line that names a place, or begins with one, stands for its path."""
        self.asked.clear()
        code, out, err = self._call(*map(self._path, shlex.split(line)))
        parts = [("asked", self.asked), ("stdout", _printed(out)), ("stderr", _unframed(err))]
        told = [f"exit code {code}"]
        for title, lines in parts:
            if lines:
                told += [f"{title}:", *(f"  {self.placed(one)}".rstrip() for one in lines)]
        return "\n".join(told)

    def placed(self, text):
        """`text` without what differs by machine and time."""
        for name, place in sorted(self._places.items(), key=lambda one: -len(one[1])):
            text = text.replace(place, name)
        return _RUN.sub("RUN", text)

    def ask(self, what, *given):
        """Note what the engine is asked."""
        self.asked.append(" ".join(map(str, (what, *given))))

    def ask_plan(self, what, plan, *given):
        """Note in what an experiment differs from the default one for DIVIDED."""
        self.ask(what, *given)
        usual, changed = (_flat(one.model_dump(mode="json")) for one in (self.usual, plan))
        self.asked += [f"  {name} = {fact}" for name, fact in changed.items() if (name, fact) not in usual.items()]
        if gone := [name for name in usual if name not in changed]:
            self.asked.append(f"  without {', '.join(gone)}")

    @property
    def usual(self):
        """The experiment that is trained where only DIVIDED is named."""
        return default_experiment(self._places["DIVIDED"])

    def _path(self, word):
        name = word.partition("/")[0]
        return word.replace(name, self._places[name], 1) if name in self._places else word


def _printed(out):
    """The lines of stdout; JSON in its last line as one of its own for every field."""
    *lines, last = out.splitlines() or [""]
    try:
        found = json.loads(last, parse_float=lambda digits: float(f"{float(digits):.9g}"))
    except ValueError:
        return [*lines, *([last] if last else [])]
    return [*lines, "JSON:", *json.dumps(found, indent=1, ensure_ascii=False).split("\n")]


def _unframed(err):
    """The lines of stderr; of a usage error without its frame, colours and the name of the program."""
    lines = err.splitlines()
    plain = [_COLOUR.sub("", line) for line in lines]
    if not any(line.lstrip().startswith(("Usage: ", "╭")) for line in plain):
        return [line for line in lines if line.strip()]  # where a bar was, an empty one is left
    return [line.strip("│ ") for line in plain if line.strip("│ ") and not line.lstrip().startswith(_FRAME)]


def _flat(value, name=""):
    """A nested value as `{'phases.0.epochs': 3, ...}`."""
    if not isinstance(value, dict | list):
        return {name: value}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = {}
    for key, inner in pairs:
        found |= _flat(inner, f"{name}.{key}".lstrip("."))
    return found
