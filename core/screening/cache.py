"""Answers of screenings on disk, so that nobody waits for the same one twice. Imports no torch."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core import files, paths
from core.errors import StorageFailed
from core.experiment import PipelineSpec
from core.screening.question import ScreeningQuestion
from core.screening.verdict import Safety

MOST = 800  # answers, of some 5 kB each, and each once more by its gist; those not used the longest go first
_ANSWER = TypeAdapter(Safety)


class ScreeningCache:
    """Answers in `folder`, a small JSON file each. Several processes may use it: a file is whole or not there."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most

    def load(self, key: str) -> Safety | None:
        """The answer kept under `key`; None where there is none, or where it is damaged or of another form.

        One that names a class or a file in bytes that are no text counts as damaged.
        """
        path = self._path(key)
        try:
            found = _ANSWER.validate_json(path.read_bytes())
            os.utime(path)  # used now: pruned last
        except (OSError, ValidationError):
            return None
        return found

    def save(self, key: str, answer: Safety) -> None:
        """Keep an answer, and let go of the oldest ones. A disk that takes none costs only time: nothing is raised."""
        try:
            files.write_json(self._path(key), asdict(answer))
            files.make_newest(self._path(key), self._folder.glob("*.json"))
            self._prune()
        except (OSError, StorageFailed):
            return

    def all(self, question: ScreeningQuestion, pipelines: Sequence[PipelineSpec]) -> tuple[Safety, ...] | None:
        """The answers for all pipelines; None where one is missing."""
        return self._each([question.key(pipeline) for pipeline in pipelines])

    def nearly(self, question: ScreeningQuestion, pipelines: Sequence[PipelineSpec]) -> tuple[Safety, ...] | None:
        """The newest answers for all pipelines, whatever the other settings were; None where one is missing."""
        return self._each([question.gist(pipeline) for pipeline in pipelines])

    def _each(self, keys: Sequence[str]) -> tuple[Safety, ...] | None:
        found = [answer for key in keys if (answer := self.load(key)) is not None]
        return tuple(found) if len(found) == len(keys) else None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _prune(self) -> None:
        there = sorted(self._folder.glob("*.json"), key=_age)
        for path in there[: max(0, len(there) - self._most)]:
            path.unlink(missing_ok=True)


def kept_in(workspace: Path) -> ScreeningCache:
    """The answers of a workspace."""
    return ScreeningCache(workspace / paths.SCREENINGS)


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # somebody else has just let go of it
        return 0
